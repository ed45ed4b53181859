/** Zeek 4.0 log layouts, and their TSV and JSON writers. https://docs.zeek.org/en/v4.0.9/script-reference/log-files.html */

export type ZeekValue = string | number | boolean | readonly (string | number)[] | undefined;
export type ZeekRow = Record<string, ZeekValue>;

interface Layout {
  path: string;
  /** `name:type` in order. */
  fields: readonly (readonly [string, string])[];
}

const layout = (path: string, fields: string): Layout => ({
  path,
  fields: fields.split(" ").map((field) => {
    const cut = field.indexOf(":");
    return [field.slice(0, cut), field.slice(cut + 1)] as const;
  }),
});

const ID = "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port";

export const LAYOUTS = {
  conn: layout(
    "conn",
    `${ID} proto:enum service:string duration:interval orig_bytes:count resp_bytes:count conn_state:string local_orig:bool ` +
      "local_resp:bool missed_bytes:count history:string orig_pkts:count orig_ip_bytes:count resp_pkts:count resp_ip_bytes:count " +
      "tunnel_parents:set[string]",
  ),
  dns: layout(
    "dns",
    `${ID} proto:enum trans_id:count rtt:interval query:string qclass:count qclass_name:string qtype:count qtype_name:string ` +
      "rcode:count rcode_name:string AA:bool TC:bool RD:bool RA:bool Z:count answers:vector[string] TTLs:vector[interval] rejected:bool",
  ),
  http: layout(
    "http",
    `${ID} trans_depth:count method:string host:string uri:string referrer:string version:string user_agent:string ` +
      "origin:string request_body_len:count response_body_len:count status_code:count status_msg:string info_code:count " +
      "info_msg:string tags:set[enum] username:string password:string proxied:set[string] orig_fuids:vector[string] " +
      "orig_filenames:vector[string] orig_mime_types:vector[string] resp_fuids:vector[string] resp_filenames:vector[string] " +
      "resp_mime_types:vector[string]",
  ),
  ssl: layout(
    "ssl",
    `${ID} version:string cipher:string curve:string server_name:string resumed:bool last_alert:string next_protocol:string ` +
      "established:bool cert_chain_fuids:vector[string] client_cert_chain_fuids:vector[string] subject:string issuer:string " +
      "client_subject:string client_issuer:string",
  ),
  ssh: layout(
    "ssh",
    `${ID} version:count auth_success:bool auth_attempts:count direction:enum client:string server:string cipher_alg:string ` +
      "mac_alg:string compression_alg:string kex_alg:string host_key_alg:string host_key:string",
  ),
} as const;

export type ZeekLog = keyof typeof LAYOUTS;

/** Seconds with six digits, as Zeek writes a time. */
export function zeekTime(at: number): string {
  return `${Math.floor(at / 1000)}.${String(at % 1000).padStart(3, "0")}${String((at * 31) % 1000).padStart(3, "0")}`;
}

/** One row; unset fields are `-`, empty containers `(empty)`. */
export function tsvLine(log: ZeekLog, at: number, row: ZeekRow): string {
  return LAYOUTS[log].fields
    .map(([name, type]) => {
      if (name === "ts") return zeekTime(at);
      const value = row[name];
      if (value === undefined) return type.startsWith("set[enum") ? "(empty)" : "-";
      if (typeof value === "boolean") return value ? "T" : "F";
      if (Array.isArray(value))
        return value.length === 0
          ? "(empty)"
          : value.map((item) => (type === "vector[interval]" ? Number(item).toFixed(6) : item)).join(",");
      return type === "interval" ? Number(value).toFixed(6) : String(value as string | number);
    })
    .join("\t");
}

/** The JSON writer leaves unset fields out and keeps field names with their dots. */
export function jsonLine(log: ZeekLog, at: number, row: ZeekRow): string {
  const parts = [`"ts":${zeekTime(at)}`];
  for (const [name] of LAYOUTS[log].fields) {
    const value = row[name];
    if (name !== "ts" && value !== undefined) parts.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  return `{${parts.join(",")}}`;
}

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace(/[T:]/g, "-");

export function tsvHeader(log: ZeekLog, open: number): string[] {
  const { path, fields } = LAYOUTS[log];
  return [
    "#separator \\x09",
    "#set_separator\t,",
    "#empty_field\t(empty)",
    "#unset_field\t-",
    `#path\t${path}`,
    `#open\t${stamp(open)}`,
    `#fields\t${fields.map(([name]) => name).join("\t")}`,
    `#types\t${fields.map(([, type]) => type).join("\t")}`,
  ];
}

export function tsvFooter(close: number): string[] {
  return [`#close\t${stamp(close)}`];
}
