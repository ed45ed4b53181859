/** What one comparison of a STIX pattern gives to hunt: its literals as texts, wildcards and expressions where they are literal at heart. */
import type { IndicatorType } from "../model/indicator.js";
import type { Comparison, Literal } from "./stix-pattern.js";

export interface Huntable {
  text: string;
  /** How it was read, where that is not plain. */
  note?: string;
}

export interface Refused {
  reason: string;
}

/** A literal as the text to look for; hash values may come as bytes. */
function textOfLiteral({ kind, value }: Literal): string | undefined {
  if (kind === "string") return value;
  if (kind === "hex") return value;
  return kind === "binary" ? Buffer.from(value, "base64").toString("hex") : undefined;
}

const HOST = "[a-z0-9](?:[a-z0-9._-]{0,250}[a-z0-9])?";
/** `%.evil.example`: subdomains; `%evil.example`: also names that merely end so. */
const LIKE_NAME = new RegExp(`^%(\\.?)(${HOST})%?$`, "i");
/** `http://evil.example/%`, `%://evil.example%`, `%evil.example/%`: every URL of a host. */
const LIKE_HOST = new RegExp(`^(?:%|https?://|https?%://|%://|%//)(%?\\.)?(${HOST})(?::\\d{1,5})?/?%$`, "i");
const LIKE_ADDRESS = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.%$/;

const WIDER = "names that merely end in it are not found";

/** Every `%` is any text, every `_` any character. */
function like(pattern: string, as: IndicatorType | undefined): Huntable | Refused {
  if (!/[%_]/.test(pattern)) return { text: pattern };
  if (pattern.includes("_") && !pattern.includes("%") && (as === "user-agent" || as === "url"))
    return { reason: "LIKE with a wildcard for one character (_)" };
  const address = LIKE_ADDRESS.exec(pattern);
  if (address && (as === undefined || as === "domain-name")) {
    const given = address[1]!.split(".");
    return { text: [...given, ...Array.from({ length: 4 - given.length }, () => "*")].join(".") };
  }
  if (as === undefined || as === "domain-name") {
    const name = LIKE_NAME.exec(pattern);
    // An underscore within a name is far more often meant as itself.
    if (name && name[2]!.includes(".") && !pattern.endsWith("%"))
      return name[1] === "." ? { text: `*.${name[2]!}` } : { text: `*.${name[2]!}`, note: WIDER };
    if (!pattern.includes("%")) return { text: pattern, note: "_ read as itself" };
  }
  if (as === "email-addr" && /^%@[^%]{1,253}$/.test(pattern)) return { text: `*${pattern.slice(1)}` };
  if (as === "email-addr" && !pattern.includes("%")) return { text: pattern, note: "_ read as itself" };
  if (as === "url") {
    const host = LIKE_HOST.exec(pattern);
    if (host && host[2]!.includes(".")) {
      const anchored = pattern.includes("//") && host[1] === undefined;
      return anchored
        ? { text: `http://${host[2]!}/`, note: "any URL of this host" }
        : { text: host[2]!, note: `any URL of this host; ${WIDER}` };
    }
  }
  return { reason: "LIKE with wildcards that leave no whole value" };
}

/** Expressions for "any subdomain, or none" before a name. Longest first. */
const ANY_SUBDOMAIN = ["(?:.*\\.)?", "(.*\\.)?", "(?:.+\\.)?", "(.+\\.)?", ".*\\.", ".+\\."];
const META = /[[\](){}*+?|^$\\]/;
const ESCAPED = /\\([^A-Za-z0-9])/g;

/** An expression that is one literal between `^` and `$`. */
function matches(expression: string, as: IndicatorType | undefined): Huntable | Refused {
  if (!expression.startsWith("^") || !expression.endsWith("$") || expression.length < 3)
    return { reason: "MATCHES: a regular expression that is no anchored literal" };
  let body = expression.slice(1, -1);
  let wild = false;
  if (as === undefined || as === "domain-name") {
    const before = ANY_SUBDOMAIN.find((one) => body.startsWith(one));
    if (before !== undefined) {
      wild = true;
      body = body.slice(before.length);
    }
  }
  const bare = body.replaceAll(ESCAPED, "");
  if (META.test(bare) || body.endsWith("\\")) return { reason: "MATCHES: a regular expression that is no literal" };
  const text = body.replaceAll(ESCAPED, "$1");
  const note = bare.includes(".") ? { note: "a dot in the expression read as itself" } : {};
  return { text: wild ? `*.${text}` : text, ...note };
}

/** The reasons why a test cannot be hunted whatever the values. */
function refusal({ operator, negated }: Comparison): string | undefined {
  if (operator === "EXISTS") return "EXISTS: no value to hunt";
  if (operator === "!=") return negated ? undefined : "a negated part (!=): nothing to hunt";
  if (negated) return `a negated part (NOT ${operator}): nothing to hunt`;
  return operator.startsWith("<") || operator.startsWith(">")
    ? `a comparison by order (${operator}): not hunted`
    : undefined;
}

/** One result for each literal. */
export function literalsOf(comparison: Comparison, as: IndicatorType | undefined): (Huntable | Refused)[] {
  const refused = refusal(comparison);
  if (refused !== undefined) return [{ reason: refused }];
  if (comparison.literals.length === 0) return [{ reason: "an empty set: nothing to hunt" }];
  return comparison.literals.map((literal) => {
    const text = textOfLiteral(literal);
    if (text === undefined) return { reason: `a ${literal.kind} where a text is needed` };
    switch (comparison.operator) {
      case "LIKE":
        return like(text, as);
      case "MATCHES":
        return matches(text, as);
      case "ISSUPERSET":
        return text.includes("/")
          ? { text, note: "networks that hold this block are meant: its own addresses are hunted" }
          : { text };
      default:
        return { text };
    }
  });
}
