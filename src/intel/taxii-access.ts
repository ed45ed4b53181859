/** Who the client is to a TAXII server: a user with password, a bearer token, a client certificate. */
import { readFile } from "node:fs/promises";
import { createSecureContext, rootCertificates } from "node:tls";
import { systemMessage } from "./files.js";
import type { TaxiiAddress } from "./taxii-address.js";
import { failed } from "./taxii-errors.js";

/** Where the secrets of one server are found. Names only: this may be shown. */
export interface TaxiiAccess {
  /** Environment variables. */
  tokenEnv?: string;
  userEnv?: string;
  passwordEnv?: string;
  keyPassphraseEnv?: string;
  /** PEM files. The key may stand in the certificate's file. */
  cert?: string;
  key?: string;
  /** Trusted besides the authorities that Node trusts. */
  ca?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Holds secrets: never printed, cached or written. */
export interface Credentials {
  authorization?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
  ca?: string[];
  /** What must not stand in a message, in every form that it is sent in. */
  secrets: readonly string[];
}

/** Shorter ones would blank out half of every message, and give nothing away. */
const SHORTEST_SECRET = 3;

function variable(environment: Environment, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const value = environment[name]?.trim();
  if (value === undefined || value === "") throw failed(`the environment variable ${name} is not set`);
  return value;
}

async function pem(what: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw failed(`the ${what} ${path}: ${systemMessage(error)}`);
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Throws LookbackError `intel-unreadable` when something that is named is not there or cannot be used. */
export async function credentialsFor(
  address: TaxiiAddress,
  access: TaxiiAccess,
  environment: Environment,
): Promise<Credentials> {
  const token = variable(environment, access.tokenEnv);
  const user = address.user ?? variable(environment, access.userEnv);
  const password = address.password ?? variable(environment, access.passwordEnv);
  if (token !== undefined && user !== undefined) throw failed("both a token and a user are given: which one is meant?");
  if (password !== undefined && user === undefined) throw failed("there is a password and no user");
  if (user?.includes(":")) throw failed("a user's name cannot hold a colon (RFC 7617)");
  // RFC 6750, section 2.1. An invalid header would be quoted in the error of the HTTP library.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw failed(`the token in ${access.tokenEnv ?? ""} holds characters that no token has`);
  const basic = user === undefined ? undefined : base64(`${user}:${password ?? ""}`);
  const passphrase = variable(environment, access.keyPassphraseEnv);
  const cert = await pem("client certificate", access.cert);
  const key = await pem("key of the client certificate", access.key ?? access.cert);
  const ca = await pem("CA", access.ca);
  try {
    createSecureContext({
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
      ...(ca !== undefined && { ca }),
    });
  } catch (error) {
    throw failed(`the client certificate, its key or the CA cannot be used: ${systemMessage(error)}`);
  }
  if (ca !== undefined && !ca.includes("-----BEGIN CERTIFICATE-----"))
    throw failed(`the CA ${access.ca ?? ""} holds no certificate (PEM)`);
  const authorization = token === undefined ? basic && `Basic ${basic}` : `Bearer ${token}`;
  const secrets = [token, password, basic, passphrase].filter((secret) => secret !== undefined);
  return {
    secrets: [...secrets, ...secrets.map(encodeURIComponent)].filter(({ length }) => length >= SHORTEST_SECRET),
    ...(authorization !== undefined && { authorization }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    // Node's own list is replaced by what is given here.
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
  };
}
