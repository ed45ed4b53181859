/**
 * STIX patterns (STIX 2.0 part 5, STIX 2.1 chapter 9) to a tree. The whole language is parsed, what can be hunted of it or not;
 * `stix-hunt.ts` decides that.
 */
import { isTimestamp, Lexer, PatternFault, type Token, type TokenKind } from "./stix-lexer.js";

export type Operator =
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "IN"
  | "LIKE"
  | "MATCHES"
  | "ISSUBSET"
  | "ISSUPERSET"
  | "EXISTS";

export interface Literal {
  kind: "string" | "number" | "boolean" | "timestamp" | "hex" | "binary";
  value: string;
}

export interface ObjectPath {
  /** The observable's type: `network-traffic`. */
  type: string;
  /** Property names without list steps: `dst_ref`, `value`. */
  steps: string[];
}

export interface Comparison {
  kind: "comparison";
  path: ObjectPath;
  operator: Operator;
  negated: boolean;
  /** One, or all of a set. */
  literals: Literal[];
  /** Where it stands in the pattern. */
  start: number;
  end: number;
  /** A name that should stand in quotes and does not. */
  unquoted?: true;
}

export interface Junction {
  kind: "AND" | "OR" | "FOLLOWEDBY";
  parts: Expression[];
}
export type Expression = Comparison | Junction;

export interface Pattern {
  /** Observations and the comparisons in them as one tree: for hunting, an AND within brackets is as good as one between. */
  root: Expression;
  /** `WITHIN 300 SECONDS`, as written. */
  qualifiers: string[];
}

export interface PatternError {
  offset: number;
  reason: string;
}

/** Deeper parentheses than any analyst writes; the parser recurses. */
const MAX_DEPTH = 256;

const ORDERED: ReadonlyMap<string, Operator> = new Map([
  ["<", "<"],
  ["<=", "<="],
  [">", ">"],
  [">=", ">="],
]);
const EQUALITY: ReadonlyMap<string, Operator> = new Map([
  ["=", "="],
  ["==", "="],
  ["!=", "!="],
  ["<>", "!="],
]);
/** Those that take a text. */
const TEXTUAL: ReadonlyMap<string, Operator> = new Map([
  ["LIKE", "LIKE"],
  ["MATCHES", "MATCHES"],
  ["ISSUBSET", "ISSUBSET"],
  ["ISSUPERSET", "ISSUPERSET"],
]);
const KEYWORDS: ReadonlySet<string> = new Set(
  "AND OR NOT FOLLOWEDBY LIKE MATCHES ISSUPERSET ISSUBSET EXISTS IN START STOP SECONDS WITHIN REPEATS TIMES true false null".split(
    " ",
  ),
);

/** Names with a hyphen that publishers leave without their quotes, and that can mean nothing else. */
const OFTEN_UNQUOTED = /^(?:SHA3?-\d{1,3}|User-Agent|[a-z]{1,20}(?:-[a-z]{1,20}){0,3}-ext)$/i;

function junction(kind: Junction["kind"], parts: Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind, parts };
}

class Parser {
  private readonly lexer: Lexer;
  private token: Token;
  private depth = 0;
  private readonly qualifiers: string[] = [];

  constructor(private readonly text: string) {
    this.lexer = new Lexer(text);
    this.token = this.lexer.next();
  }

  pattern(): Pattern {
    const root = this.observations();
    if (!this.has("end")) this.fail("the pattern should end here");
    return { root, qualifiers: this.qualifiers };
  }

  private fail(expected: string): never {
    throw new PatternFault(this.token.start, expected);
  }

  private advance(): Token {
    const { token } = this;
    this.token = this.lexer.next();
    return token;
  }

  private has(kind: TokenKind): boolean {
    return this.token.kind === kind;
  }

  private is(value: string): boolean {
    return (this.has("symbol") || this.has("word")) && this.token.value === value;
  }

  private accept(value: string): boolean {
    if (!this.is(value)) return false;
    this.advance();
    return true;
  }

  private expect(value: string): Token {
    return this.is(value) ? this.advance() : this.fail(`"${value}" should stand here`);
  }

  private nested<T>(inside: () => T): T {
    if (++this.depth > MAX_DEPTH) this.fail(`parentheses nested deeper than ${MAX_DEPTH}`);
    const result = inside();
    this.depth--;
    return result;
  }

  /** Loosest first: FOLLOWEDBY, OR, AND, as the grammar has it. */
  private chain(kind: Junction["kind"], part: () => Expression): Expression {
    const parts = [part()];
    while (this.accept(kind)) parts.push(part());
    return junction(kind, parts);
  }

  private observations(): Expression {
    return this.chain("FOLLOWEDBY", () => this.chain("OR", () => this.chain("AND", () => this.observation())));
  }

  private observation(): Expression {
    let made: Expression;
    if (this.accept("(")) {
      made = this.nested(() => this.observations());
      this.expect(")");
    } else if (this.accept("[")) {
      made = this.comparisons();
      this.expect("]");
    } else this.fail(`"[" or "(" should stand here`);
    while (this.qualifier());
    return made;
  }

  private qualifier(): boolean {
    const { start } = this.token;
    let end: number;
    if (this.accept("WITHIN")) {
      if (!this.has("integer") && !this.has("float")) this.fail("a number of seconds should stand here");
      if (!(Number(this.token.value) > 0)) this.fail("the number of seconds must be greater than 0");
      this.advance();
      end = this.expect("SECONDS").end;
    } else if (this.accept("REPEATS")) {
      if (!this.has("integer") || !(Number(this.token.value) > 0))
        this.fail("a whole number greater than 0 should stand here");
      this.advance();
      end = this.expect("TIMES").end;
    } else if (this.accept("START")) {
      this.instant();
      this.expect("STOP");
      end = this.instant().end;
    } else return false;
    // Repeated a thousand times it says no more than a few times.
    if (this.qualifiers.length < 8) this.qualifiers.push(this.text.slice(start, end));
    return true;
  }

  /** `t'…'`; STIX 2.0 has it as a plain text. */
  private instant(): Token {
    const { kind, value } = this.token;
    if ((kind !== "timestamp" && kind !== "string") || !isTimestamp(value)) this.fail("a timestamp should stand here");
    return this.advance();
  }

  private comparisons(): Expression {
    return this.chain("OR", () => this.chain("AND", () => this.comparison()));
  }

  private comparison(): Expression {
    if (this.accept("(")) {
      const inside = this.nested(() => this.comparisons());
      this.expect(")");
      return inside;
    }
    const { start } = this.token;
    if (this.accept("EXISTS")) {
      const { path } = this.path();
      return {
        kind: "comparison",
        path,
        operator: "EXISTS",
        negated: false,
        literals: [],
        start,
        end: this.token.start,
      };
    }
    const { path, unquoted } = this.path();
    const negated = this.accept("NOT");
    const { operator, literals, end } = this.test();
    return { kind: "comparison", path, operator, negated, literals, start, end, ...(unquoted ? { unquoted } : {}) };
  }

  private path(): { path: ObjectPath; unquoted: true | undefined } {
    if (!this.has("word") || KEYWORDS.has(this.token.value)) this.fail("an object path should stand here");
    const type = this.advance().value;
    this.expect(":");
    const steps: string[] = [];
    let unquoted: true | undefined;
    do {
      if (this.has("string")) steps.push(this.advance().value);
      else if (this.has("word")) {
        const name = this.token.value;
        if (name.includes("-")) {
          if (!OFTEN_UNQUOTED.test(name)) this.fail(`"${name.slice(0, 80)}" has a hyphen and needs quotes`);
          unquoted = true;
        }
        this.advance();
        steps.push(name);
      } else this.fail("a property's name should stand here");
      while (this.accept("[")) {
        if (!this.has("integer") && !this.is("*")) this.fail("a position or * should stand here");
        this.advance();
        this.expect("]");
      }
    } while (this.accept("."));
    return { path: { type, steps }, unquoted };
  }

  private test(): { operator: Operator; literals: Literal[]; end: number } {
    const { kind, value } = this.token;
    if (kind === "symbol") {
      const equal = EQUALITY.get(value);
      const ordered = ORDERED.get(value);
      if (equal === undefined && ordered === undefined) this.fail("a comparison operator should stand here");
      this.advance();
      const { literal, end } = this.literal();
      if (ordered !== undefined && literal.kind === "boolean") this.fail("true and false have no order");
      return { operator: (equal ?? ordered)!, literals: [literal], end };
    }
    if (this.accept("IN")) return { operator: "IN", ...this.set() };
    const operator = TEXTUAL.get(value);
    if (kind !== "word" || operator === undefined) this.fail("a comparison operator should stand here");
    this.advance();
    if (!this.has("string")) this.fail(`a quoted text should stand after ${operator}`);
    const { value: text, end } = this.advance();
    return { operator, literals: [{ kind: "string", value: text }], end };
  }

  private literal(): { literal: Literal; end: number } {
    const { kind, value, end } = this.token;
    let literal: Literal | undefined;
    if (kind === "string" || kind === "timestamp" || kind === "hex" || kind === "binary") literal = { kind, value };
    else if (kind === "integer" || kind === "float") literal = { kind: "number", value };
    else if (kind === "word" && (value === "true" || value === "false")) literal = { kind: "boolean", value };
    if (literal === undefined) return this.fail("a literal should stand here");
    this.advance();
    return { literal, end };
  }

  private set(): { literals: Literal[]; end: number } {
    this.expect("(");
    const literals: Literal[] = [];
    if (!this.is(")")) {
      do {
        const { start } = this.token;
        const { literal } = this.literal();
        if (literals.length > 0 && literals[0]!.kind !== literal.kind)
          throw new PatternFault(start, "a set holds literals of one kind");
        literals.push(literal);
      } while (this.accept(","));
    }
    return { literals, end: this.expect(")").end };
  }
}

/** Never throws: what is no pattern comes back with the offset at which it stops being one. */
export function parsePattern(text: string): Pattern | PatternError {
  try {
    return new Parser(text).pattern();
  } catch (error) {
    if (error instanceof PatternFault) return { offset: error.offset, reason: error.message };
    throw error;
  }
}

export function isPattern(result: Pattern | PatternError): result is Pattern {
  return "root" in result;
}
