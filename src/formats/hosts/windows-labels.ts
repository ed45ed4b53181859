/** The text that Windows renders an event to: labels and values, in lines or flattened to one. Sysmon writes its fields' own names. */

/** A label, and the name of the value in the event's data. Labels that several sections bear are read in order: see `SECOND`. */
const LABELS: readonly (readonly [string, string])[] = [
  ["Source Network Address", "IpAddress"],
  ["Client Network Address", "IpAddress"],
  ["Network Address", "IpAddress"],
  ["Client Address", "IpAddress"],
  ["Client IP", "IpAddress"],
  ["Source Address", "SourceAddress"],
  ["Destination Address", "DestAddress"],
  ["Source Port", "SourcePort"],
  ["Destination Port", "DestPort"],
  ["Client Port", "IpPort"],
  ["Client Name", "ClientName"],
  ["Source Workstation", "WorkstationName"],
  ["Workstation Name", "WorkstationName"],
  ["Logon Type", "LogonType"],
  ["Target Server Name", "TargetServerName"],
  ["Application Name", "Application"],
  ["Process Name", "ProcessName"],
  ["Caller Process Name", "ProcessName"],
  ["New Process Name", "NewProcessName"],
  ["Direction", "Direction"],
  ["Protocol", "Protocol"],
  ["Share Name", "ShareName"],
  ["Result Code", "Status"],
  ["Failure Code", "Status"],
  ["Error Code", "Status"],
  ["Sub Status", "SubStatus"],
  ["Status", "Status"],
  ["Session Name", "SessionName"],
  ["Account Name", "AccountName"],
  ["Logon Account", "AccountName"],
  ["User Name", "AccountName"],
  ["User", "User"],
  ["SourceIp", "SourceIp"],
  ["SourceHostname", "SourceHostname"],
  ["DestinationIp", "DestinationIp"],
  ["DestinationHostname", "DestinationHostname"],
  ["DestinationPort", "DestinationPort"],
  ["SourcePort", "SourcePort"],
  ["Initiated", "Initiated"],
  ["Image", "Image"],
  ["Hashes", "Hashes"],
  ["QueryName", "QueryName"],
  ["QueryStatus", "QueryStatus"],
  ["QueryResults", "QueryResults"],
];
/** Whose own port the label `Port` or `Source Port` is, where the address is the client's. */
const LOGONS = new Set([4624, 4625, 4648, 528, 529, 540]);
/** `Account Name` stands first for the subject, then for who logs on. */
const SECOND = new Set([4624, 4625, 4648, 4778, 4779]);
/** Values that may hold blanks. */
const SPACED = new Set([
  "QueryResults",
  "Hashes",
  "Image",
  "ProcessName",
  "NewProcessName",
  "Application",
  "User",
  "ShareName",
]);
const LONGEST = 32_768;

/** The one-line value after `label:`; an empty one is followed by the next label, two blanks or a line end. */
function valuesOf(text: string, label: string): string[] {
  const out: string[] = [];
  const mark = `${label}:`;
  for (let at = text.indexOf(mark); at >= 0 && out.length < 3; at = text.indexOf(mark, at + mark.length)) {
    // Part of a longer label: "New Process Name" holds "Process Name".
    const lead = text.slice(Math.max(0, at - 13), at);
    if (/\w$|(?:Source|Client|New|Caller|Destination|Sub) $/.test(lead)) continue;
    const rest = text.slice(at + mark.length, at + mark.length + 400);
    const m =
      /^[ \t]{0,24}([^\r\n\t]{0,380}?)(?=\r|\n|\t|  |$| (?:[A-Z][\w-]{0,20} ){0,3}[A-Z][\w-]{0,24}:(?:\s|$))/.exec(
        rest,
      );
    const value = m?.[1]?.trim();
    if (value !== undefined) out.push(/^[A-Z][\w ]{0,40}:$/.test(value) ? "" : value);
  }
  return out;
}

/** The values of a rendered event by the names they have in its data. */
export function messageData(id: number, message: string): Record<string, string> {
  const text = message.length > LONGEST ? message.slice(0, LONGEST) : message;
  const data: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [label, name] of LABELS) {
    if (name in data || !text.includes(`${label}:`)) continue;
    const found = valuesOf(text, label);
    const value = name === "AccountName" && SECOND.has(id) ? (found[1] ?? found[0]) : found.find((v) => v !== "");
    if (value !== undefined && value !== "") data[name] = SPACED.has(name) ? value : value.split(/\s/, 1)[0]!;
  }
  if (LOGONS.has(id)) {
    const port = valuesOf(text, "Source Port")[0] ?? valuesOf(text, "Port")[0];
    if (port !== undefined) data["IpPort"] ??= port;
  }
  return data;
}
