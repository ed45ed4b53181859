/** Programs that log in sentences, as data: how their lines are known, and what their sentences say (`messages.ts`). */
import { findTime } from "./fallback/find-time.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "./format.js";
import { tell, type Sentence } from "./messages.js";
import { timestamp } from "./shape.js";

export interface Speaker {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  /** Its names in a syslog header, or in a tag that begins the line. */
  readonly programs?: RegExp;
  /**
   * What its own files put before the sentence, anchored; no other program's line begins so. Groups `time`, `time2`: the date, any notation.
   * May be a mere lookahead at a sentence nobody else begins with.
   */
  readonly head?: RegExp;
  /** Reads the head's `time` where no guess at the notation will do. */
  readonly time?: (stated: string) => ParsedTime | undefined;
  readonly sentences: readonly Sentence[];
  /** As `Format.marks`. */
  readonly marks?: readonly string[];
  /** `process.name`; the syslog program when absent. */
  readonly process?: string;
}

/** Looks like an address. A sentence that no row knows and that holds one is left to the fallbacks. */
export const NAMES_ADDRESS = /\d\.\d{1,3}\.\d{1,3}\.\d|[0-9A-Fa-f]:[0-9A-Fa-f]{0,4}:/;
const TAG = /^([A-Za-z][\w./-]{1,63})(?:\[\d{1,10}\])?: /;

interface Opened {
  message: string;
  stated?: string | undefined;
  /** The program's name was read, so that the line is its own whatever it says. */
  named: boolean;
}

function open(speaker: Speaker, line: string, envelope: EnvelopeFields | undefined): Opened | undefined {
  const program = envelope?.program;
  let message = line;
  let named = program !== undefined && speaker.programs?.test(program) === true;
  if (!named && program === undefined && speaker.programs) {
    const tag = TAG.exec(line);
    if (tag && speaker.programs.test(tag[1]!)) {
      named = true;
      message = line.slice(tag[0].length);
    }
  }
  const head = speaker.head?.exec(message);
  if (!head && !named) return undefined;
  return {
    message: head ? message.slice(head[0].length) : message,
    stated: head?.groups?.["time"] ?? head?.groups?.["time2"],
    named,
  };
}

/** Makes the format of a program. */
export function speakerFormat(speaker: Speaker): Format {
  return {
    id: speaker.id,
    title: speaker.title,
    reference: speaker.reference,
    prose: true,
    ...(speaker.marks === undefined ? {} : { marks: speaker.marks }),
    parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
      const opened = open(speaker, line, envelope);
      if (!opened) return undefined;
      const { stated, named } = opened;
      const time = stated === undefined ? undefined : (speaker.time?.(stated) ?? findTime(stated)?.time);
      const decided = timestamp(time, context, envelope);
      const process = speaker.process ?? envelope?.program;
      const message = opened.message.trim();
      const told = tell(message, speaker.sentences, {
        timestamp: decided,
        ...(process === undefined ? {} : { process }),
      });
      if (told || !named || NAMES_ADDRESS.test(message)) return told;
      return {
        event: decided === undefined ? {} : { timestamp: decided },
        outcome: "unknown",
        initiator: "unknown",
        observerIsAsset: true,
      };
    },
  };
}
