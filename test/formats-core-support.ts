/** What the tests of the line parser share. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LineParser, type SourceFacts, type TimeOptions } from "../src/formats/line-parser.js";
import type { ParsedLine } from "../src/model/event.js";

export function parserFor(facts: Partial<SourceFacts> = {}, options: TimeOptions = {}): LineParser {
  return new LineParser(
    { path: "app.log", firstLine: "", headerBefore: () => undefined, mtimeMs: Date.UTC(2021, 5, 1), ...facts },
    options,
  );
}

export function parse(line: string, facts: Partial<SourceFacts> = {}, options: TimeOptions = {}): ParsedLine {
  return parserFor(facts, options).parse(line, 0);
}

/** The event's time as RFC 3339, for messages that people can read. */
export function iso(parsed: ParsedLine): string | undefined {
  return parsed.event.timestamp === undefined ? undefined : new Date(parsed.event.timestamp).toISOString();
}

/** One line of each kind that this project writes of, from the vendors' documentation. Addresses are of RFC 5737. */
export const LINES: readonly string[] = [
  '203.0.113.7 - - [04/Mar/2021:05:06:07 +0100] "GET /login HTTP/1.1" 200 512 "-" "curl/7.68.0"',
  "Mar  4 05:06:07 gate sshd[123]: Failed password for root from 203.0.113.7 port 50022 ssh2",
  "<189>date=2021-03-04 time=05:06:07 devname=fw type=traffic subtype=forward srcip=10.0.0.5 srcport=50000 dstip=203.0.113.7 dstport=443 action=close sentbyte=100 rcvdbyte=200",
  "<166>Mar 04 2021 05:06:07 asa : %ASA-6-302013: Built outbound TCP connection 1 for outside:203.0.113.7/443 (203.0.113.7/443) to inside:10.0.0.5/50000 (10.0.0.5/50000)",
  "Mar  4 05:06:07 gate kernel: [123.456] IN=eth0 OUT= SRC=203.0.113.7 DST=10.0.0.1 PROTO=TCP SPT=50000 DPT=22 SYN",
  '{"time":"2021-03-04T05:06:07Z","client_ip":"203.0.113.7","status":403}',
  '{"log":"203.0.113.7 - - [04/Mar/2021:05:06:07 +0100] \\"GET / HTTP/1.1\\" 200 5 \\"-\\" \\"-\\"\\n","stream":"stdout","time":"2021-03-04T04:06:07.5Z"}',
  "2021-03-04 05:06:07 ERROR failed to connect to 203.0.113.7:443: timed out",
  'time="2021-03-04T05:06:07Z" level=error msg="login failed" remote_ip=203.0.113.7',
  '<165>1 2021-03-04T05:06:07.003Z host evntslog - ID47 [ex@32473 iut="3" src="203.0.113.7"] An event',
  "1,2021/03/04 05:06:07,0001,TRAFFIC,end,1,2021/03/04 05:06:07,10.0.0.5,203.0.113.7,0.0.0.0,0.0.0.0,r,,,web,vsys1,in,out,e1,e2,l,2021/03/04 05:06:07,1,1,50000,443,0,0,0x0,tcp,allow,300,100,200,5",
];

/** Every line of the crowdsec corpus, or none when it is absent. */
export function corpusLines(): string[] {
  const root = resolve("../shared/corpora/crowdsec");
  if (!existsSync(root)) {
    console.warn(`SKIPPED: ${root} is not there: only the project's own lines are mutated`);
    return [];
  }
  const out: string[] = [];
  for (const folder of readdirSync(root, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const name of readdirSync(join(root, folder.name)))
      if (name.endsWith(".log"))
        for (const line of readFileSync(join(root, folder.name, name), "utf8").split("\n"))
          if (line !== "" && line.length < 4000) out.push(line);
  }
  return out;
}

/** Every line of the formats' fixtures. */
export function fixtureLines(): string[] {
  const root = "test/fixtures/formats";
  return readdirSync(root).flatMap((id) =>
    readdirSync(join(root, id))
      .filter((name) => /^input.*\.log$/.test(name))
      .flatMap((name) => readFileSync(join(root, id, name), "utf8").split("\n"))
      .filter((line) => line !== "" && line.length < 4000),
  );
}

/** Deterministic random numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
