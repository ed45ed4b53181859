/** How TAXII servers let us in and where their loads are kept: what the environment adds to the addresses and lookback.yaml. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Environment, IntelInput, TaxiiAccess } from "../intel/index.js";
import { isTaxiiAddress, parseTaxiiAddress } from "../intel/taxii-address.js";
import { usage } from "./usage.js";

const TOKEN = "LOOKBACK_TAXII_TOKEN";
const USER = "LOOKBACK_TAXII_USER";
const PASSWORD = "LOOKBACK_TAXII_PASSWORD";
const CERT = "LOOKBACK_TAXII_CERT";
const KEY = "LOOKBACK_TAXII_KEY";
const KEY_PASSPHRASE = "LOOKBACK_TAXII_KEY_PASSPHRASE";
const CA = "LOOKBACK_TAXII_CA";

function isSet(environment: Environment, name: string): boolean {
  return (environment[name] ?? "") !== "";
}

/** What the environment says for a server whose address and entry do not say who we are. */
function fromEnvironment(environment: Environment, hasUser: boolean): TaxiiAccess {
  const set = (name: string): boolean => isSet(environment, name);
  return {
    ...(set(TOKEN) && !hasUser && { tokenEnv: TOKEN }),
    ...(set(USER) && !hasUser && { userEnv: USER }),
    ...(set(PASSWORD) && { passwordEnv: PASSWORD }),
    ...(set(CERT) && { cert: environment[CERT]! }),
    ...(set(KEY) && { key: environment[KEY]! }),
    ...(set(KEY_PASSPHRASE) && { keyPassphraseEnv: KEY_PASSPHRASE }),
  };
}

/**
 * The inputs with what the environment adds. Throws LookbackError `usage` where it would hand the credentials of one server to
 * another: the variables say who we are, and not to whom.
 */
export function withAccess(inputs: readonly IntelInput[], environment: Environment): IntelInput[] {
  const origins = new Set<string>();
  const made = inputs.map((input) => {
    if (!isTaxiiAddress(input.path)) return input;
    const { origin, user, password } = parseTaxiiAddress(input.path);
    const own: TaxiiAccess = {
      ...(isSet(environment, CA) && { ca: environment[CA]! }),
      ...input.access,
    };
    const { tokenEnv, passwordEnv, cert } = own;
    if ([password, tokenEnv, passwordEnv, cert].some((one) => one !== undefined)) return { ...input, access: own };
    const more = fromEnvironment(environment, user !== undefined);
    if (Object.keys(more).length > 0) origins.add(origin);
    return { ...input, access: { ...more, ...own } };
  });
  if (origins.size > 1)
    throw usage(
      `LOOKBACK_TAXII_… holds the credentials of one server, and ${[...origins].sort().join(" and ")} are asked: name token_env, password_env or cert for each in lookback.yaml`,
    );
  return made;
}

/** The folder for what is fetched again at will: the XDG base directory, unless `--cache` names another. */
export function cacheFolder(named: string | undefined, environment: Environment): string | undefined {
  if (named !== undefined) return join(named, "taxii");
  const base = environment["XDG_CACHE_HOME"] ?? "";
  // The specification: a relative path is to be ignored.
  if (isAbsolute(base)) return join(base, "lookback", "taxii");
  try {
    return join(homedir(), ".cache", "lookback", "taxii");
  } catch {
    // A user without a home.
    return undefined;
  }
}
