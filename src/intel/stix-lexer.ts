/** Tokens of a STIX pattern (STIX 2.1 chapter 9; https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html). */
import { wordTable } from "../model/word-table.js";

export type TokenKind = "word" | "string" | "timestamp" | "hex" | "binary" | "integer" | "float" | "symbol" | "end";

export interface Token {
  kind: TokenKind;
  /** A literal's value with its escapes undone; otherwise the text. */
  value: string;
  /** Offset in the pattern, from 0. */
  start: number;
  end: number;
}

/** Why a pattern cannot be parsed, and where. Thrown within the parser only. */
export class PatternFault extends Error {
  constructor(
    /** In the pattern, from 0, in UTF-16 units. */
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

const SPACE = /\s/;
const SPACES = /\s+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /[+-]?(?:\d+\.\d+|\.\d+|\d+)/y;
/** Longest first. */
const SYMBOLS = ["==", "!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ":", ".", ",", "*"] as const;
/** What may stand before a quote: `t'2021-07-20T00:00:00Z'`. */
const PREFIXED: Readonly<Record<string, TokenKind>> = wordTable({ t: "timestamp", h: "hex", b: "binary" });

/** RFC 3339 as STIX narrows it: capital T and Z, seconds, any fraction. */
const TIMESTAMP =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,30})?Z$/;

export function isTimestamp(text: string): boolean {
  return text.length <= 64 && TIMESTAMP.test(text);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** One character as an error may show it. */
function shown(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 32);
  return SPACE.test(character) || character < " " ? "a control character" : `"${character}"`;
}

export class Lexer {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Throws PatternFault at a character that begins no token. */
  next(): Token {
    this.skip();
    const { text, at } = this;
    if (at >= text.length) return { kind: "end", value: "", start: at, end: at };
    const c = text[at]!;
    if (c === "'") return this.quoted("string", at, at);
    const prefixed = text[at + 1] === "'" ? PREFIXED[c] : undefined;
    if (prefixed !== undefined) return this.checked(this.quoted(prefixed, at, at + 1));
    const word = this.match(WORD);
    if (word !== undefined) return this.token("word", word);
    const number = this.match(NUMBER);
    if (number !== undefined) return this.token(number.includes(".") ? "float" : "integer", number);
    const symbol = SYMBOLS.find((one) => text.startsWith(one, at));
    if (symbol !== undefined) return this.token("symbol", symbol);
    throw new PatternFault(at, `${shown(text, at)} begins nothing of the pattern language`);
  }

  private token(kind: TokenKind, value: string): Token {
    const start = this.at;
    this.at += value.length;
    return { kind, value, start, end: this.at };
  }

  private match(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    return expression.exec(this.text)?.[0];
  }

  /** White space and comments. */
  private skip(): void {
    for (;;) {
      this.at += this.match(SPACES)?.length ?? 0;
      const { text, at } = this;
      if (text[at] !== "/") return;
      if (text[at + 1] === "/") {
        const end = text.indexOf("\n", at);
        this.at = end < 0 ? text.length : end;
      } else if (text[at + 1] === "*") {
        const end = text.indexOf("*/", at + 2);
        if (end < 0) throw new PatternFault(at, "a comment that does not end");
        this.at = end + 2;
      } else return;
    }
  }

  /**
   * A quoted text. Only `\'` and `\\` are escapes; before anything else a backslash stands for itself, as many a published
   * pattern has it (`'C:\Windows'`).
   */
  private quoted(kind: TokenKind, start: number, quote: number): Token {
    const { text } = this;
    const pieces: string[] = [];
    let from = quote + 1;
    for (let i = from; i < text.length; i++) {
      const c = text[i];
      if (c === "\\" && (text[i + 1] === "'" || text[i + 1] === "\\")) {
        pieces.push(text.slice(from, i));
        from = i + 1;
        i++;
      } else if (c === "'") {
        pieces.push(text.slice(from, i));
        this.at = i + 1;
        return { kind, value: pieces.join(""), start, end: this.at };
      }
    }
    throw new PatternFault(start, "a quoted text that does not end");
  }

  private checked(token: Token): Token {
    const { kind, value, start } = token;
    if (kind === "timestamp" && !isTimestamp(value)) throw new PatternFault(start, "not a timestamp in STIX's form");
    if (kind === "hex" && (value.length % 2 !== 0 || /[^0-9A-Fa-f]/.test(value)))
      throw new PatternFault(start, "not pairs of hexadecimal digits");
    if (kind === "binary" && (value.length % 4 !== 0 || !BASE64.test(value)))
      throw new PatternFault(start, "not Base64");
    return token;
  }
}
