/**
 * From a parsed STIX pattern to what can be hunted.
 *
 * OR: each part is enough alone. AND and FOLLOWEDBY: each part is hunted by itself and stays tied to the pattern, since one
 * part alone is not what the publisher called an indicator. A port goes with the address of its side. What is negated, compared by
 * order or not to be found literally is refused with the reason.
 */
import type { IndicatorType } from "../model/indicator.js";
import { isPattern, parsePattern, type Comparison, type Expression, type Junction } from "./stix-pattern.js";
import { literalsOf } from "./stix-literals.js";
import { pathText, targetOf, type Side, type Target } from "./stix-paths.js";

export interface Part {
  text: string;
  as?: IndicatorType;
  ports?: readonly number[];
  /** `network-traffic:dst_ref.value`. */
  path: string;
  /** It takes more than this to match the pattern. */
  tied: boolean;
  notes: string[];
}

export interface Refusal {
  /** The part as written. */
  text: string;
  reason: string;
}

export interface Hunted {
  parts: Part[];
  refusals: Refusal[];
  /** `WITHIN 300 SECONDS`. */
  qualifiers: string[];
}

const UNQUOTED = "a name with a hyphen stands without quotes";

/** More are no ports of one service. */
const MAX_PORTS = 64;

type Ports = Readonly<Partial<Record<Side, readonly number[]>>>;

class Hunter {
  readonly parts: Part[] = [];
  readonly refusals: Refusal[] = [];

  private readonly targets = new Map<Comparison, Target>();

  constructor(private readonly text: string) {}

  /** @param ports that go with the addresses in the expression */
  visit(expression: Expression, tied: boolean, ports: Ports = {}): void {
    if (expression.kind === "comparison") this.one(expression, this.target(expression), tied, ports);
    else if (expression.kind === "OR") for (const part of expression.parts) this.visit(part, tied, ports);
    else this.all(expression, tied, ports);
  }

  private all({ kind, parts }: Junction, tied: boolean, outer: Ports): void {
    const all = flattened(parts, kind);
    const ports: Partial<Record<Side, readonly number[]>> = { ...outer };
    let apart = new Set<Expression>();
    // The ports of one event are not those of the next.
    if (kind === "AND")
      for (const side of ["src", "dst"] as const) {
        const found = all.map((part) => ({ part, numbers: this.portsOf(part, side) })).filter((one) => one.numbers);
        if (found.length === 0 || !all.some((part) => this.hasAddress(part, side))) continue;
        const numbers = new Set([...(outer[side] ?? []), ...found.flatMap((one) => one.numbers ?? [])]);
        if (numbers.size > MAX_PORTS) continue;
        ports[side] = [...numbers];
        for (const { part } of found) apart.add(part);
      }
    const portCount = apart.size;
    for (const part of all) if (part.kind === "comparison" && this.target(part).use === "implied") apart.add(part);
    // Nothing but what goes without saying: then that is what the pattern says, and it is refused.
    if (apart.size === all.length) apart = new Set();
    const rest = all.filter((part) => !apart.has(part));
    const together = tied || rest.length + portCount > 1;
    for (const part of rest) this.visit(part, together, ports);
  }

  /** Asked for again and again in deep patterns. */
  private target(comparison: Comparison): Target {
    let target = this.targets.get(comparison);
    if (target === undefined) this.targets.set(comparison, (target = targetOf(comparison.path)));
    return target;
  }

  /** The ports of this side in a comparison, or in an OR of nothing else. */
  private portsOf(expression: Expression, side: Side): number[] | undefined {
    if (expression.kind === "OR") {
      if (expression.parts.length > MAX_PORTS) return undefined;
      const all = expression.parts.map((part) => (part.kind === "comparison" ? this.portsOf(part, side) : undefined));
      return all.every((numbers) => numbers !== undefined) ? all.flat() : undefined;
    }
    if (expression.kind !== "comparison") return undefined;
    const target = this.target(expression);
    return target.use === "port" && target.side === side ? portNumbers(expression) : undefined;
  }

  /** True when an address of this side is in it. */
  private hasAddress(expression: Expression, side: Side): boolean {
    if (expression.kind !== "comparison") return expression.parts.some((part) => this.hasAddress(part, side));
    const target = this.target(expression);
    return target.use === "value" && target.side === side;
  }

  private refuse({ start, end }: Comparison, reason: string): void {
    this.refusals.push({ text: this.text.slice(start, end).trim(), reason });
  }

  private one(comparison: Comparison, target: Target, tied: boolean, ports: Ports): void {
    const path = pathText(comparison.path);
    const shown = path.slice(0, 200);
    if (target.use === "none") return this.refuse(comparison, `${target.reason} (${shown})`);
    if (target.use !== "value") return this.refuse(comparison, `no value to hunt without an address (${shown})`);
    for (const result of literalsOf(comparison, target.as)) {
      if ("reason" in result) {
        this.refuse(comparison, `${result.reason} (${shown})`);
        continue;
      }
      const notes = [...(result.note === undefined ? [] : [result.note]), ...(comparison.unquoted ? [UNQUOTED] : [])];
      const part: Part = { text: result.text, path, tied, notes };
      if (target.as !== undefined) part.as = target.as;
      const beside = target.side === undefined ? undefined : ports[target.side];
      if (beside !== undefined && beside.length > 0) part.ports = beside;
      this.parts.push(part);
    }
  }
}

/** `a AND (b AND c)` is three conjuncts. Only one level: deeper ones are visited in their turn. */
function flattened(parts: readonly Expression[], kind: Junction["kind"]): Expression[] {
  return parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
}

/** The ports that a comparison allows, when it names them. */
function portNumbers({ operator, negated, literals }: Comparison): number[] | undefined {
  if (negated || (operator !== "=" && operator !== "IN") || literals.length === 0 || literals.length > MAX_PORTS)
    return undefined;
  const numbers = literals.map(({ kind, value }) =>
    kind === "number" || kind === "string" ? Number(value) : Number.NaN,
  );
  return numbers.every((n) => Number.isInteger(n) && n > 0 && n < 65536) ? numbers : undefined;
}

/** Never throws; `{ offset, reason }` when it is no pattern. */
export function huntPattern(text: string): Hunted | { offset: number; reason: string } {
  const parsed = parsePattern(text);
  if (!isPattern(parsed)) return parsed;
  const hunter = new Hunter(text);
  hunter.visit(parsed.root, false);
  return { parts: hunter.parts, refusals: hunter.refusals, qualifiers: parsed.qualifiers };
}
