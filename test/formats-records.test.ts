/** Lines that are many records, parts of one, or columns named elsewhere; and the words of other languages. */
import { describe, expect, it } from "vitest";
import { recordsOf } from "../src/formats/records.js";
import { iso, parse, parserFor } from "./formats-core-support.js";

const FAR = "203.0.113.7";
const OWN = "10.0.0.5";

describe("a line of many records", () => {
  const records = [
    { time: "2021-03-04T05:06:07Z", src_ip: OWN, dst_ip: "198.51.100.4", action: "allow" },
    { time: "2021-03-04T06:06:07Z", src_ip: FAR, dst_ip: OWN, action: "deny" },
  ];

  it.each([
    ["a list", JSON.stringify(records)],
    ["CloudTrail's file", JSON.stringify({ Records: records })],
    ["a search's answer", JSON.stringify({ took: 3, hits: { total: 2, hits: records } })],
  ])("%s is read by the record that holds what was found", (_, line) => {
    const parsed = parserFor().parse(line, 0, [FAR]);
    expect(parsed.event.source?.ip).toBe(FAR);
    expect(parsed.event.destination?.ip).toBe(OWN);
    expect(parsed.outcome).toBe("blocked");
    expect(iso(parsed)).toBe("2021-03-04T06:06:07.000Z");
    expect(parsed.notes).toContain("the line holds 2 records, one with this");
  });

  it("names no ends when it is not known which record is meant", () => {
    for (const about of [undefined, "203.0.113.70", "03.0.113.7"]) {
      const parsed = parserFor().parse(JSON.stringify(records), 0, about === undefined ? undefined : [about]);
      expect(parsed.event).toEqual({});
      expect(parsed.notes).toEqual(["the line holds 2 records"]);
    }
  });

  it("is not an event with a list among its fields", () => {
    for (const event of [
      { src_ip: FAR, answers: [{ a: 1 }, { a: 2 }] },
      { data: { src_ip: FAR }, rules: [{}, {}] },
      [{ src_ip: FAR }],
    ])
      expect(recordsOf(JSON.stringify(event))).toBeUndefined();
  });
});

describe("one line of a record that is written over many", () => {
  it.each([
    [`    "sourceIPAddress": "${FAR}",`, { source: { ip: FAR } }],
    [`  "destination": { "ip": "${FAR}", "port": 443 },`, { destination: { ip: FAR, port: 443 } }],
    [`"dst_ip" : "${FAR}"`, { destination: { ip: FAR } }],
    [`  <SourceAddress>${FAR}</SourceAddress>`, { source: { ip: FAR } }],
  ])("gives the role by its own name: %s", (line, expected) => {
    const { source, destination } = parse(line).event;
    expect({ ...(source ? { source } : {}), ...(destination ? { destination } : {}) }).toEqual(expected);
  });

  it.each([`      "ip": "${FAR}",`, `      "${FAR}",`, `  "address": "${FAR}"`])(
    "gives none without a name that has one: %s",
    (line) => {
      const { event } = parse(line);
      expect(event.source).toBeUndefined();
      expect(event.destination).toBeUndefined();
    },
  );
});

describe("columns named by a header", () => {
  it.each([
    ["in quotes", [`"Time","Source IP","Destination IP","Action"`], `"2021-03-04 05:06:07","${FAR}","${OWN}","deny"`],
    ["after a byte order mark", ["\uFEFFtime;src;dst;action"], `2021-03-04 05:06:07;${FAR};${OWN};deny`],
    ["after comments", ["# exported", "# by a tool", "time,src,dst,action"], `2021-03-04 05:06:07,${FAR},${OWN},deny`],
    ["in a comment", ["# exported", "# time,src,dst,action"], `2021-03-04 05:06:07,${FAR},${OWN},deny`],
    ["after Excel's hint", ["sep=;", "time;src;dst;action"], `2021-03-04 05:06:07;${FAR};${OWN};deny`],
  ])("%s", (_, head, line) => {
    const parsed = parserFor({ firstLine: head[0]!, headLines: () => [...head, line] }).parse(line, 0);
    expect(parsed.event.source?.ip).toBe(FAR);
    expect(parsed.event.destination?.ip).toBe(OWN);
    expect(parsed.outcome).toBe("blocked");
    expect(parsed.format).toBe("delimited");
  });
});

describe("sentences in other languages", () => {
  it.each([
    [`connexion de ${OWN} vers ${FAR} refusée`, OWN, FAR, "refused"],
    [`Verbindung von ${OWN} nach ${FAR} blockiert`, OWN, FAR, "blocked"],
    [`Conexión desde ${FAR} hacia ${OWN} bloqueada`, FAR, OWN, "blocked"],
    [`Échec de la connexion depuis ${FAR}`, FAR, undefined, "refused"],
    [`Anmeldung fehlgeschlagen von ${FAR}`, FAR, undefined, "refused"],
    [`accesso negato da ${FAR}`, FAR, undefined, "refused"],
  ])("%s", (text, source, destination, outcome) => {
    const parsed = parse(`2021-03-04 05:06:07 ${text}`);
    expect(parsed.event.source?.ip).toBe(source);
    expect(parsed.event.destination?.ip).toBe(destination);
    expect(parsed.outcome).toBe(outcome);
  });
});
