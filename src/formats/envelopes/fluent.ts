import type { Envelope, EnvelopeFields } from "../format.js";
import { parseEpoch, parseIsoTime } from "../time.js";

/** out_file and out_stdout: time, tag and record, parted by tabs or by a colon. */
const FLUENTD = /^(\d{4}-\d{2}-\d{2}[T ][\d:.]{8,18} ?(?:Z|[+-]\d{2}:?\d{2}))[\t ]([\w.*/-]{1,128})(?:\t|: )(?=\{)/;

export const fluentd: Envelope = {
  id: "fluentd",
  title: "Fluentd file and standard output",
  reference: "https://docs.fluentd.org/output/file",
  unwrap(line, context) {
    if (!line.endsWith("}")) return undefined;
    const m = FLUENTD.exec(line);
    const time = m && parseIsoTime(m[1]!.replace(/ (?=[+-]\d)/, ""));
    if (!m || !time) return undefined;
    const timestamp = context.resolveTime(time);
    return { fields: timestamp === undefined ? {} : { timestamp }, message: line.slice(m[0].length) };
  },
};

/** `[0] tag: [1614834367.123, {"log"=>"…"}]`, and with metadata `[[1614834367.123, {}], {"log"=>"…"}]`. */
const FLUENT_BIT = /^\[\d{1,9}\] ([\w.*/-]{1,128}): \[\[?(\d{10}\.\d{1,9})(?:, \{[^{}]{0,200}\}\])?, \{/;
const TEXT = /"(?:log|message|msg|MESSAGE)"=>("(?:[^"\\]|\\.){1,60000}")/;

export const fluentBit: Envelope = {
  id: "fluent-bit",
  title: "Fluent Bit standard output",
  reference: "https://docs.fluentbit.io/manual/pipeline/outputs/standard-output",
  marks: ['"=>"'],
  unwrap(line, context) {
    if (!line.startsWith("[")) return undefined;
    const m = FLUENT_BIT.exec(line);
    const text = m && TEXT.exec(line.slice(m[0].length));
    const time = m && parseEpoch(m[2]!);
    if (!m || !text || !time) return undefined;
    const timestamp = context.resolveTime(time);
    const fields: EnvelopeFields = timestamp === undefined ? {} : { timestamp };
    return { fields, message: unquote(text[1]!) };
  },
};

/** A quoted string with JSON's escapes; one with other escapes is taken as it stands. */
function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted)).trimEnd();
  } catch {
    return quoted.slice(1, -1);
  }
}
