/** The verdict ladder and DESIGN's traps, on parsed lines. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { ParsedLine } from "../src/model/event.js";
import type { Judgement } from "../src/model/sighting.js";
import { Conversations } from "../src/triage/conversation.js";
import { FindingsBuilder, type FindingDraft } from "../src/triage/findings.js";
import { OwnNetworks } from "../src/triage/own.js";
import { settle, triage, type TriageIndicator } from "../src/triage/triage.js";

const RELAY = "203.0.113.7";
const OWN = "10.0.0.5";
const indicator: TriageIndicator = { type: "ipv4-addr", value: RELAY, role: "relay", labels: ["APT31"] };
const networks = new OwnNetworks();

function line(fields: Partial<ParsedLine>): ParsedLine {
  return { event: {}, format: "test", outcome: "unknown", initiator: "unknown", understood: "format", ...fields };
}

/** Source, destination, ports and time of a record. */
function record(
  from: [string, number],
  to: [string, number],
  seconds: number,
  more: Partial<ParsedLine> = {},
): ParsedLine {
  return line({
    event: {
      timestamp: Date.UTC(2021, 2, 4) + seconds * 1000,
      source: { ip: from[0], port: from[1] },
      destination: { ip: to[0], port: to[1] },
      network: { transport: "tcp" },
    },
    ...more,
  });
}

/** Judges lines as a hunt does: those that wait, once all are in. */
function judge(lines: readonly ParsedLine[], own = networks, as = indicator): Judgement[] {
  const conversations = new Conversations();
  const all = lines.map((parsed) => triage(parsed, as, [RELAY], "fw/a.log", own));
  for (const { pending } of all) if (pending) conversations.add(pending.record);
  return all.map((t) => t.judgement ?? settle(t.pending!, conversations.resolve(t.pending!.record)));
}
const verdicts = (lines: readonly ParsedLine[]): string[] => judge(lines).map((j) => j.verdict);

const session = (outbound: boolean, outcome: ParsedLine["outcome"]): ParsedLine =>
  outbound
    ? record([OWN, 51234], [RELAY, 443], 0, { initiator: "source", outcome })
    : record([RELAY, 51234], [OWN, 443], 0, { initiator: "source", outcome });

describe("the ladder, for records that tell the whole story", () => {
  it.each([
    [false, "blocked", "probe-blocked"],
    [false, "refused", "probe"],
    [false, "unanswered", "probe"],
    [false, "unknown", "probe"],
    [false, "established", "contact"],
    [false, "authenticated", "access"],
    [true, "blocked", "callout-attempt"],
    [true, "refused", "callout-attempt"],
    [true, "unanswered", "callout-attempt"],
    [true, "unknown", "callout-attempt"],
    [true, "established", "callout"],
  ] as const)("outbound %s, %s is %s", (outbound, outcome, verdict) => {
    expect(verdicts([session(outbound, outcome)])).toEqual([verdict]);
  });

  it("raises a contact to access when the answered request is no public page", () => {
    const request = (target: string, method: string, status: number): ParsedLine =>
      line({
        event: {
          source: { ip: RELAY },
          destination: { ip: OWN },
          url: { original: target },
          http: { request: { method }, response: { status_code: status } },
        },
        initiator: "source",
        outcome: status < 400 ? "established" : "refused",
      });
    expect(verdicts([request("/index.html", "GET", 200)])).toEqual(["contact"]);
    expect(verdicts([request("/aspnet_client/shell.aspx", "POST", 200)])).toEqual(["access"]);
    expect(verdicts([request("/a/..%2f..%2fetc/passwd", "GET", 200)])).toEqual(["access"]);
    expect(verdicts([request("/a/..%2f..%2fetc/passwd", "GET", 404)])).toEqual(["probe"]);
    expect(verdicts([request("/aspnet_client/shell.aspx", "POST", 302)])).toEqual(["contact"]);
  });

  it("says own-asset whatever the traffic, and names the address as the asset", () => {
    const own = new OwnNetworks(["203.0.113.0/24"], true);
    const [first] = judge([session(true, "established")], own);
    expect(first).toMatchObject({ verdict: "own-asset", level: "critical", asset: RELAY });
  });

  it("takes own traffic that leaves translated to the indicator for an own address", () => {
    const parsed = session(true, "established");
    parsed.event.destination = { ip: "198.51.100.1", port: 443 };
    parsed.event.source!.nat = { ip: RELAY };
    expect(judge([parsed])[0]).toMatchObject({ verdict: "own-asset", role: "translated" });
  });

  it("takes a server whose own log names the indicator as its address for an own asset, not for a callout", () => {
    const parsed = line({
      event: { source: { ip: "192.0.2.1" }, destination: { ip: RELAY, port: 80 } },
      initiator: "source",
      outcome: "established",
      observerIsAsset: true,
    });
    parsed.event.http = { request: { method: "GET" } };
    expect(judge([parsed])[0]).toMatchObject({ verdict: "own-asset", asset: RELAY });
    // The far end of what a daemon reached is no server of ours.
    delete parsed.event.http;
    expect(judge([parsed])[0]!.verdict).toBe("callout");
  });

  it("knows the client behind a proxy as forwarded, and the site as the asset", () => {
    const parsed = line({
      event: {
        source: { ip: "10.0.0.1" },
        network: { forwarded_ip: ["192.0.2.1", RELAY] },
        url: { domain: "shop.example" },
      },
      initiator: "source",
      outcome: "established",
    });
    expect(judge([parsed])[0]).toMatchObject({ role: "forwarded", verdict: "contact", asset: "shop.example" });
  });

  it("calls an answer a resolution and names the client that asked", () => {
    const parsed = line({
      event: { source: { ip: OWN }, destination: { ip: "10.0.0.53" }, dns: { resolved_ip: ["192.0.2.1", RELAY] } },
    });
    expect(judge([parsed])[0]).toMatchObject({ role: "answer", verdict: "resolution", asset: OWN });
  });

  it("calls it a mention when the indicator is no end of the traffic", () => {
    const parsed = line({
      event: { source: { ip: "192.0.2.1" }, destination: { ip: OWN } },
      outcome: "established",
      initiator: "source",
    });
    expect(judge([parsed])[0]).toMatchObject({ role: "mention", verdict: "mention", level: "info", asset: OWN });
  });

  it("takes the logging machine for the asset when the line names no destination", () => {
    const parsed = line({
      event: { source: { ip: RELAY }, host: { name: "vpn1" } },
      initiator: "source",
      outcome: "authenticated",
    });
    expect(judge([parsed])[0]).toMatchObject({ verdict: "access", asset: "vpn1" });
    expect(judge([line({ event: { source: { ip: RELAY } }, initiator: "source" })])[0]!.asset).toBe("fw/a.log");
  });

  it("holds the event's time against the indicator's window, never today's date", () => {
    const dated = { ...indicator, validFrom: Date.UTC(2021, 2, 3), validUntil: Date.UTC(2021, 2, 5) };
    const at = (day: number): ParsedLine => {
      const parsed = session(false, "established");
      parsed.event.timestamp = Date.UTC(2021, 2, day);
      return parsed;
    };
    expect(judge([at(1), at(4), at(9)], networks, dated).map((j) => j.window)).toEqual(["before", "inside", "after"]);
    expect(judge([at(4)])[0]!.window).toBe("unknown");
    expect(judge([line({})], networks, dated)[0]!.window).toBe("unknown");
  });

  it("remarks on an end that lies outside --own and still reports it", () => {
    const own = new OwnNetworks(["10.9.0.0/16"], true);
    const [first] = judge([session(true, "established")], own);
    expect(first!.verdict).toBe("callout");
    expect(first!.reasons.join(" ")).toContain("10.0.0.5 is not in --own");
  });
});

describe("a reply is not a callout", () => {
  const oneWay = { oneWay: true } as const;

  it("pairs the reverse record: both ends of an inbound connection are contact", () => {
    const probe = record([RELAY, 51234], [OWN, 443], 0, oneWay);
    const reply = record([OWN, 443], [RELAY, 51234], 1, oneWay);
    expect(verdicts([probe, reply])).toEqual(["contact", "contact"]);
    expect(verdicts([reply, probe])).toEqual(["contact", "contact"]);
  });

  it("pairs an own connection with its answer: both are callout", () => {
    const call = record([OWN, 51234], [RELAY, 443], 0, oneWay);
    const answer = record([RELAY, 443], [OWN, 51234], 0, oneWay);
    expect(verdicts([call, answer])).toEqual(["callout", "callout"]);
  });

  it("tells a lone reply by its ports", () => {
    expect(verdicts([record([OWN, 443], [RELAY, 51234], 0, oneWay)])).toEqual(["contact"]);
  });

  it("believes a SYN-ACK before the ports", () => {
    const synAck = record([OWN, 50001], [RELAY, 443], 0, { ...oneWay, initiator: "destination" });
    expect(verdicts([synAck])).toEqual(["contact"]);
  });

  it("goes by which direction came first when ports do not tell", () => {
    const first = record([RELAY, 40000], [OWN, 40001], 0, oneWay);
    const second = record([OWN, 40001], [RELAY, 40000], 2, oneWay);
    expect(verdicts([second, first])).toEqual(["contact", "contact"]);
  });

  it("never says callout when nothing tells who began, and says why", () => {
    const lone = record([OWN, 40001], [RELAY, 40000], 0, oneWay);
    const [judged] = judge([lone]);
    expect(judged!.verdict).toBe("callout-attempt");
    expect(judged!.reasons.join(" ")).toContain("who began is not known");
    const together = record([RELAY, 40000], [OWN, 40001], 0, oneWay);
    expect(verdicts([lone, together])).toEqual(["callout-attempt", "contact"]);
  });

  it("does not take an answer without a request for a callout: backscatter looks the same", () => {
    expect(verdicts([record([RELAY, 443], [OWN, 51234], 0, oneWay)])).toEqual(["callout-attempt"]);
  });

  it("takes a blocked packet that looks like a reply for no more than a blocked probe", () => {
    expect(verdicts([record([RELAY, 443], [OWN, 51234], 0, { ...oneWay, outcome: "blocked" })])).toEqual([
      "probe-blocked",
    ]);
    const synAck = { ...oneWay, outcome: "blocked", initiator: "destination" } as const;
    expect(verdicts([record([RELAY, 443], [OWN, 51234], 0, synAck)])).toEqual(["probe-blocked"]);
    // With the own end's packet beside it, it is what the own end drew.
    const call = record([OWN, 51234], [RELAY, 443], 0, { ...oneWay, initiator: "source" });
    expect(verdicts([call, record([RELAY, 443], [OWN, 51234], 1, synAck)])).toEqual([
      "callout-attempt",
      "callout-attempt",
    ]);
  });

  it("keeps a blocked record blocked although its conversation was let through elsewhere", () => {
    const blocked = record([RELAY, 51234], [OWN, 443], 0, { ...oneWay, outcome: "blocked" });
    const passed = record([RELAY, 51234], [OWN, 443], 5, oneWay);
    const reply = record([OWN, 443], [RELAY, 51234], 6, oneWay);
    expect(verdicts([blocked, passed, reply])).toEqual(["probe-blocked", "contact", "contact"]);
  });

  it("says probe when the inbound record has no answer", () => {
    expect(verdicts([record([RELAY, 51234], [OWN, 22], 0, { ...oneWay, initiator: "source" })])).toEqual(["probe"]);
  });

  it("gives a teardown the direction of the built record, and the built record the teardown's outcome", () => {
    const built = record([OWN, 51234], [RELAY, 443], 0, { initiator: "source", outcome: "unknown" });
    const teardown = record([RELAY, 443], [OWN, 51234], 30, { initiator: "unknown", outcome: "established" });
    expect(verdicts([built, teardown])).toEqual(["callout", "callout"]);
    const inbound = record([RELAY, 51234], [OWN, 443], 0, { initiator: "source", outcome: "unknown" });
    const end = record([RELAY, 51234], [OWN, 443], 30, { initiator: "unknown", outcome: "established" });
    expect(verdicts([inbound, end])).toEqual(["contact", "contact"]);
  });

  it("does not pair records that lie days apart", () => {
    const call = record([OWN, 51234], [RELAY, 443], 0, { ...oneWay, initiator: "source" });
    const late = record([RELAY, 443], [OWN, 51234], 3 * 86_400, oneWay);
    expect(verdicts([call, late])).toEqual(["callout-attempt", "callout-attempt"]);
  });

  it("says so when records disagree on who began", () => {
    const a = record([OWN, 51234], [RELAY, 443], 0, { ...oneWay, initiator: "source" });
    const b = record([RELAY, 443], [OWN, 51234], 1, { ...oneWay, initiator: "source" });
    const [first] = judge([a, b]);
    expect(first!.verdict).toBe("callout-attempt");
    expect(first!.reasons).toContain("records disagree on who began the connection");
  });

  it("does not depend on the order of the records", () => {
    const port = fc.constantFrom(443, 51234, 40000, 40001, 22);
    const arbitrary = fc.record({
      out: fc.boolean(),
      far: port,
      near: port,
      at: fc.integer({ min: 0, max: 9000 }),
      initiator: fc.constantFrom("source", "destination", "unknown" as const),
      outcome: fc.constantFrom("unknown", "blocked", "refused", "established" as const),
      oneWay: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 12 }), fc.integer(), (list, seed) => {
        const lines = list.map((r) =>
          r.out
            ? record([OWN, r.near], [RELAY, r.far], r.at, {
                initiator: r.initiator as "source",
                outcome: r.outcome as "unknown",
                oneWay: r.oneWay,
              })
            : record([RELAY, r.far], [OWN, r.near], r.at, {
                initiator: r.initiator as "source",
                outcome: r.outcome as "unknown",
                oneWay: r.oneWay,
              }),
        );
        const order = lines.map((_, i) => i).sort((a, b) => ((a * 7919 + seed) % 13) - ((b * 7919 + seed) % 13));
        const straight = judge(lines).map((j) => `${j.verdict} ${j.outcome}`);
        const shuffled = judge(order.map((i) => lines[i]!)).map((j) => `${j.verdict} ${j.outcome}`);
        expect(order.map((i) => straight[i])).toEqual(shuffled);
      }),
    );
  });
});

describe("findings", () => {
  it("merge to the same result however the sightings are cut and ordered", () => {
    const one = fc.record({
      source: fc.integer({ min: 0, max: 3 }),
      offset: fc.integer({ min: 0, max: 500 }),
      time: fc.option(
        fc.integer({ min: 0, max: 5 }).map((d) => Date.UTC(2021, 0, 1 + d)),
        { nil: undefined },
      ),
      kind: fc.constantFrom<[boolean, ParsedLine["outcome"]]>(
        [false, "blocked"],
        [false, "established"],
        [true, "established"],
      ),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(one, { selector: (s) => `${s.source} ${s.offset}`, maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        (list, parts) => {
          const add = (builder: FindingsBuilder, s: (typeof list)[number]): void => {
            const parsed = session(...s.kind);
            if (s.time === undefined) delete parsed.event.timestamp;
            else parsed.event.timestamp = s.time;
            const judged = judge([parsed])[0]!;
            const log = { path: `log${s.source}`, offset: s.offset, line: s.offset + 1 };
            builder.add(
              {
                event: parsed.event,
                original: "x",
                log,
                indicator: { type: "ipv4-addr", name: RELAY, role: "relay", labels: [] },
                observed: RELAY,
                format: "t",
              },
              judged,
              s.source,
            );
          };
          const whole = new FindingsBuilder();
          for (const s of list) add(whole, s);
          const pieces: FindingDraft[][] = Array.from({ length: parts }, (_, p) => {
            const builder = new FindingsBuilder();
            list.filter((_s, i) => i % parts === p).forEach((s) => add(builder, s));
            return builder.take();
          });
          const merged = new FindingsBuilder();
          for (const piece of pieces.toReversed()) merged.merge(piece);
          expect(merged.findings()).toEqual(whole.findings());
          expect(whole.findings().reduce((n, f) => n + f.count, 0)).toBe(list.length);
        },
      ),
    );
  });

  it("keep one finding for one indicator, asset and family, with the worst verdict", () => {
    const judged = judge([session(false, "blocked"), session(false, "established"), session(true, "blocked")]);
    expect(judged[0]!.finding).toBe(judged[1]!.finding);
    expect(judged[2]!.finding).not.toBe(judged[0]!.finding);
  });
});
