/** Zeek logs as JSON, one object a line: Zeek's own writer, json-streaming-logs and Corelight, dotted, nested or underscored names. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { list, object, parseObject, string, type Json } from "./json.js";
import { zeekEvent } from "./zeek-fields.js";
import type { ZeekRecord } from "./zeek-record.js";
import { kindOfPath } from "./zeek-tsv.js";

/** Which log it is, when `_path` is not written: fields that only that log has, first match wins. */
const SIGNS: readonly (readonly [kind: string, fields: readonly string[]])[] = [
  ["conn", ["conn_state"]],
  ["dns", ["trans_id"]],
  ["dns", ["qtype_name"]],
  ["http", ["request_body_len"]],
  ["http", ["trans_depth", "host"]],
  ["smtp", ["trans_depth", "helo"]],
  ["smtp", ["is_webmail"]],
  ["ssl", ["ssl_history"]],
  ["ssl", ["resumed", "established"]],
  ["ssh", ["kex_alg"]],
  ["ssh", ["auth_attempts"]],
  ["files", ["fuid", "seen_bytes"]],
  ["notice", ["note", "actions"]],
  ["rdp", ["security_protocol"]],
  ["rdp", ["cookie", "result"]],
  ["kerberos", ["request_type"]],
  ["ntlm", ["domainname"]],
  ["ntlm", ["server_nb_computer_name"]],
  ["dce_rpc", ["endpoint", "operation"]],
  ["smb_mapping", ["share_type"]],
  ["smb_files", ["action", "size", "name"]],
  ["ftp", ["data_channel.passive"]],
  ["ftp", ["reply_code", "command"]],
  ["radius", ["connect_info"]],
  ["sip", ["request_path"]],
  ["snmp", ["get_requests"]],
  ["socks", ["request_p"]],
  ["tunnel", ["tunnel_type"]],
  ["intel", ["seen.indicator"]],
  ["modbus", ["func", "unit"]],
  ["mysql", ["cmd", "arg"]],
  ["rfb", ["authentication_method"]],
  ["ntp", ["stratum"]],
  ["ldap_search", ["base_object"]],
  ["ldap_search", ["deref_aliases"]],
  ["syslog", ["facility", "severity"]],
  ["dhcp", ["lease_time"]],
  ["dhcp", ["msg_types"]],
  ["weird", ["name", "peer", "notice"]],
  ["dpd", ["analyzer", "failure_reason"]],
  ["analyzer", ["analyzer_kind"]],
  ["known_services", ["port_num", "port_proto"]],
  ["known_certs", ["issuer_subject", "port_num"]],
  ["software", ["software_type"]],
  ["x509", ["certificate.serial"]],
  ["pe", ["compile_ts"]],
  ["ocsp", ["issuerKeyHash"]],
  ["capture_loss", ["percent_lost"]],
  ["stats", ["pkts_proc"]],
];

const KINDS: ReadonlySet<string> = new Set(SIGNS.map(([kind]) => kind));

/** A name as written, with its dots as underscores, or as nested objects. */
function field(record: Json, name: string): unknown {
  if (name in record) return record[name];
  const dot = name.indexOf(".");
  if (dot < 0) return undefined;
  const underscored = record[name.replaceAll(".", "_")];
  return underscored ?? object(record[name.slice(0, dot)])?.[name.slice(dot + 1)];
}

function reader(record: Json, kind: string): ZeekRecord {
  return {
    kind,
    text: (name) => string(field(record, name)),
    list: (name) => {
      const value = field(record, name);
      if (typeof value === "string") return value === "" ? [] : [value];
      return list(value).flatMap((item) => string(item) ?? []);
    },
    flag: (name) => {
      const value = field(record, name);
      return typeof value === "boolean" ? value : value === "T" ? true : value === "F" ? false : undefined;
    },
  };
}

/** Names that no other JSON log has beside `ts`. */
const LITERALS = [
  '"_path"',
  '"id.orig_h"',
  '"id_orig_h"',
  '"orig_h"',
  '"uid"',
  '"fuid"',
  '"tx_hosts"',
  '"note"',
  '"conn_uids"',
];

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (line.charCodeAt(0) !== 123 || !line.includes('"ts"')) {
    // loaded_scripts and the like have a path and no time.
    if (line.charCodeAt(0) !== 123 || !line.startsWith('{"_path":"')) return undefined;
  }
  const fromName = LITERALS.some((literal) => line.includes(literal)) ? undefined : kindOfPath(context.path);
  // Without a name of its own, only the file's name can say that `{"ts":…,"host":…}` is Zeek's.
  if (fromName !== undefined && !/^(?:known_|software|x509|ocsp|pe$|stats|capture_loss|dhcp)/.test(fromName)) {
    if (!SIGNS.some(([, names]) => names.length > 1 && names.every((name) => line.includes(`"${name}"`))))
      return undefined;
  }
  const record = parseObject(line);
  if (!record) return undefined;
  const stated = string(record["_path"]);
  const inferred = SIGNS.find(([, names]) => names.every((name) => field(record, name) !== undefined))?.[0];
  const named = kindOfPath(context.path);
  const kind = stated ?? inferred ?? fromName ?? (KINDS.has(named) ? named : "unknown");
  if (
    stated === undefined &&
    inferred === undefined &&
    fromName === undefined &&
    field(record, "id.orig_h") === undefined
  )
    return undefined;
  return zeekEvent(reader(record, kind), context, envelope);
}

export const zeekJson: Format = {
  id: "zeek.json",
  title: "Zeek logs, JSON",
  reference: "https://docs.zeek.org/en/master/log-formats.html",
  parse,
};
