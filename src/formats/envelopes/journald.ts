import type { Envelope } from "../format.js";
import { wrapper } from "./json-wrapper.js";

const REFERENCE = "https://systemd.io/JOURNAL_EXPORT_FORMATS/";

export const journaldJson = wrapper({
  id: "journald-json",
  title: "systemd journal, JSON",
  reference: REFERENCE,
  is: (r) => r["MESSAGE"] !== undefined && (r["__REALTIME_TIMESTAMP"] !== undefined || r["_HOSTNAME"] !== undefined),
  message: ["MESSAGE"],
  // The sender's own clock first, as journalctl shows it.
  time: ["_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP", "@timestamp"],
  host: ["_HOSTNAME"],
  program: ["SYSLOG_IDENTIFIER", "_COMM"],
});

/** One field a line: of an entry, only the message's line can hold what is looked for, and its time stands lines above. */
export const journaldExport: Envelope = {
  id: "journald-export",
  title: "systemd journal, export format",
  reference: REFERENCE,
  marks: ["MESSAGE="],
  unwrap: (line) =>
    line.startsWith("MESSAGE=") && line.length > 8 ? { fields: {}, message: line.slice(8) } : undefined,
};
