/** What goes wrong between a TAXII client and its server, in words that say what to do. Tables. */
import { isObject } from "./json.js";
import { wordTable } from "../model/word-table.js";
import { LookbackError } from "../model/errors.js";

export function failed(message: string): LookbackError {
  return new LookbackError("intel-unreadable", message);
}

/** TAXII 2.1, section 3.6.2, and RFC 9110. */
export const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "the server does not understand the request",
  401: "the server asks for a user with password, or a token, or does not take the one given",
  403: "the user or token may not read this",
  404: "there is no such API root or collection, or it may not be seen",
  406: "the server does not speak TAXII 2.1 here",
  407: "the proxy asks for a password",
  413: "the server finds its own answer too large",
  429: "the server asks for fewer requests",
  500: "the server failed",
  501: "the server cannot do this",
  502: "a gateway got no answer from the server",
  503: "the server is not available",
  504: "a gateway got no answer from the server in time",
};

const UNTRUSTED =
  "the server's certificate is not from an authority that this machine trusts: name its CA (ca, LOOKBACK_TAXII_CA)";
const NO_CLIENT_CERTIFICATE = "the server wants a client certificate that it knows (cert and key, LOOKBACK_TAXII_CERT)";

/** By Node's, OpenSSL's and undici's codes. */
const CODES: Readonly<Record<string, string>> = wordTable({
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the host's name cannot be looked up now",
  ECONNREFUSED: "the connection is refused",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "no connection in time",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet (or this machine's clock is wrong)",
  CERT_REVOKED: "the server's certificate is revoked",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another name",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server speaks no TLS on that port",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the server speaks no TLS on that port",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: NO_CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    "the TLS handshake failed: no version or cipher in common, or no client certificate",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: NO_CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: NO_CLIENT_CERTIFICATE,
  UND_ERR_HEADERS_OVERFLOW: "the answer's header is too large",
});

function codeOf(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  if (typeof error.code === "string") return error.code;
  return codeOf(error.cause) ?? (Array.isArray(error.errors) ? codeOf(error.errors[0]) : undefined);
}

/**
 * One line for what a request threw.
 * @param more by code or, failing that, by the error's name: what depends on settings
 */
export function explainFailure(error: unknown, more: Readonly<Record<string, string>>): string {
  const code = codeOf(error) ?? "";
  const known = more[code] ?? CODES[code];
  if (known !== undefined) return known;
  const name = error instanceof Error ? error.name : "";
  if (more[name] !== undefined) return more[name];
  if (code.startsWith("HPE_")) return "the answer is no HTTP";
  if (code.startsWith("ERR_SSL_"))
    return `TLS failed (${code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ")})`;
  const message = error instanceof Error ? error.message : String(error);
  return message === "" ? code : message;
}
