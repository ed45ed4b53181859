import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { HuntSummary } from "../src/report/summary.js";
import { createProgress, progressLine } from "../src/report/progress.js";
import { renderSummary } from "../src/report/terminal.js";
import { formatBytes, formatCount, formatDuration, printable, truncate, wrap } from "../src/report/text.js";
import { emptyReport, makeFinding, sampleReport } from "./report-sample.js";

const ESC = String.fromCharCode(27);
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const plain = { color: false, width: 100 };

function lines(input: HuntSummary, options = plain): string[] {
  return renderSummary(input, options).split("\n");
}

describe("the summary on a terminal", () => {
  it("says the answer first, then findings worst first, coverage, and where the output is", () => {
    const sample = sampleReport();
    const few = { ...sample, findings: sample.findings.filter((f) => f.count < 100) };
    expect(renderSummary(few, plain)).toBe(`2 callouts: own machines reached an indicator, and traffic went both ways.
In all: 2 callouts, 1 callout attempt, 1 access, 1 contact, 1 resolution, 2 mentions.
! 1 source was not read to the end: what is missing there was not searched.
! 1 source is in no known format: searched in full, a hit there is judged by key names and wording
alone.

VERDICT          INDICATOR         OWN SIDE               TIMES  WHEN (UTC)
callout          198.51.100.201    print-07.example.org      3×  2021-06-22 05:06 – 2021-06-23 21:40
                 indicator is destination.ip; established: conn_state=SF; inside the validity
callout          203.0.113.14      10.20.3.14               12×  2021-03-04 05:06 – 2021-05-19 21:40
                 indicator is destination.ip; source 10.20.3.14 is in 10.0.0.0/8; established: sent…
callout-attempt  192.0.2.45        10.20.3.14               41×  2021-03-05 05:06 – 2021-07-11 21:40
                 indicator is destination.ip; blocked: action=deny
access           203.0.113.9       vpn.example.org           2×  2021-04-17 05:06 – 2021-04-18 21:40
                 indicator is source.ip; authenticated: user j.martin accepted by publickey; after …
contact          192.0.2.130       mail.example.org          9×  2021-02-02 05:06 – 2021-02-09 21:40
                 indicator is source.ip; established: traffic both ways
resolution       198.51.100.9      10.20.4.51                6×  2021-05-02 05:06 – 2021-06-14 21:40
                 indicator is an answer to a DNS question
mention          192.0.2.7         ticket-01.example.org     4×  2021-07-21 05:06 – 2021-07-28 21:40
                 indicator stands in free text
mention          2001:db8:31::/48  unknown                   1×  undated
                 no format knew the line

A hit alone is not a compromise: read the direction, the outcome and the reasons, then look at the
machine.
Next, for the worst (callout):
  - Isolate the machine from the network without switching it off; keep its memory, then image its
    disk.
  - Find the process and the account behind the connection at the times of the evidence (EDR, Sysmon
    event 3, proxy user).
  - Look for persistence and for what it did next: services, scheduled tasks, new accounts,
    connections to other own machines.

By the indicators' validity: 77 sightings inside, 0 before, 0 after, 1 undated or of open validity.
Background: listed addresses were met 31 times as often as decoys from their networks (31 of 161, 1
of 161), p < 0.001: more than chance.

Read 8 sources, 315,265 lines, 58 MB, dated 2021-01-01 to 2021-07-31; 6 in a known format; 1 not
read to the end.
Searched 2021-01-01 to 2021-07-31; fw-lyon is expected and missing; fw-paris has no lines for 3 days
(2021-03-03 to 2021-03-05); proxy begins 2021-02-11.
Assurance: partial. Of 2 sources: 1 expected source is missing, 1 source has days without lines, 1
source begins late.
  logs/mail/mail.log.12.gz: the gzip stream ends early (gzip-truncated)
  1 remark on sources that were read all the same: see out/coverage.json
161 indicators, 78 sightings, 8 findings, in 3.2 s.
Written to out: report.html is for people, the rest for tools.
`);
  });

  it("says what a hunt without findings is worth, and how to keep it", () => {
    const { outDir: _, ...nothing } = emptyReport();
    expect(renderSummary(nothing, plain))
      .toBe(`No sighting of any of the 161 indicators in 315,265 lines of 5 sources from 2021-01-01 on.
This answer is worth as much as what was read: a log that is not in the coverage was not searched.

Read 5 sources, 315,265 lines, 58 MB, dated 2021-01-01 to 2021-07-31; 5 in a known format; all read
to the end.
Searched 2021-01-01 to 2021-07-31.
Assurance: full. The source was read to the end, and no day is missing.
161 indicators, 0 sightings, 0 findings, in 3.2 s.
Nothing was written. Add -o DIR to keep sightings, findings, coverage and a report for people.
`);
  });

  it("does not call nothing read a clean answer, and says so when it was stopped or own networks are guessed", () => {
    const base = emptyReport();
    const text = renderSummary(
      {
        ...base,
        coverage: {
          sources: [],
          ledger: { window: {}, assurance: "none", limits: [{ kind: "nothing-read" }], sources: [], expected: [] },
          totals: { ...base.coverage.totals, sources: 0, complete: 0, recognised: 0, bytes: 0, lines: 0 },
        },
        interrupted: true,
        own: { networks: ["10.0.0.0/8"], assumed: true },
      },
      plain,
    );
    expect(text).toMatch(/^Nothing was read: this is no answer\./);
    expect(text).toContain("! The hunt was stopped before its end");
    expect(text).toContain("! No own networks were named");
  });

  it("is bounded in findings and in errors, and says how many more there are", () => {
    const sample = sampleReport();
    const findings = Array.from({ length: 5000 }, (_, i) => ({ ...sample.findings[0]!, id: String(i) }));
    const source = sample.coverage.sources[5]!;
    const sources = Array.from({ length: 400 }, () => source);
    const out = lines({ ...sample, findings, coverage: { ...sample.coverage, sources } });
    expect(out.filter((l) => l.startsWith("probe "))).toHaveLength(20);
    expect(out).toContain("… and 4,980 more: see out/findings.jsonl");
    expect(out).toContain("  … and 390 more errors: see out/coverage.json");
    expect(out.length).toBeLessThan(85);
  });

  it("keeps to the width, wide or narrow", () => {
    for (const width of [40, 60, 76, 90, 120, 200])
      for (const line of lines(sampleReport(), { color: false, width }))
        expect([...line].length).toBeLessThanOrEqual(width);
  });

  it("colours by level only when asked, and the text is the same", () => {
    const strip = (s: string): string => s.replace(new RegExp(`${ESC}\\[\\d+m`, "g"), "");
    const coloured = renderSummary(sampleReport(), { color: true, width: 100 });
    expect(renderSummary(sampleReport(), plain)).not.toContain(ESC);
    expect(coloured).toContain(`${ESC}[31m`);
    expect(strip(coloured)).toBe(renderSummary(sampleReport(), plain));
  });

  it("lets no control sequence, bidi override or invisible character of a log through", () => {
    const evil = `${ESC}[2J${ESC}]0;title\u0007${ESC}]8;;x:y${ESC}\\link${ESC}]8;;${ESC}\\\u009b31m\u202eevil\u2066\u200b\ufeff\r\n\u2028\u0000\ud800`;
    const finding = makeFinding(
      { verdict: "callout", name: `n${evil}`, asset: `a${evil}`, count: 1, reasons: [`r${evil}`], lines: [] },
      0,
    );
    const sample = sampleReport();
    const source = { ...sample.coverage.sources[5]!, path: `p${evil}` };
    const text = renderSummary(
      { ...sample, findings: [finding], outDir: `d${evil}`, coverage: { ...sample.coverage, sources: [source] } },
      plain,
    );
    for (const line of text.split("\n")) expect(line).not.toMatch(CONTROL);
    for (const start of ["n", "a", "r", "p", "d"]) expect(text).toContain(`${start}linkevil`);
  });
});

describe("text for people", () => {
  it("does not let an unterminated control string hide what follows", () => {
    expect(printable(`before ${ESC}]0;after`)).toBe("before ]0;after");
    expect(printable(`${ESC}${ESC}[31m[31mred`)).not.toContain(ESC);
  });

  it("treats a megabyte of escapes in linear time", () => {
    const started = performance.now();
    for (const unit of [ESC, `${ESC}]`, `${ESC}[1;`, `${ESC}\\`, "\u009d", "\u009d\u0090", "\u009b0", "\t ", "\u202e"])
      printable(unit.repeat(200_000));
    truncate("x".repeat(10_000_000), 80);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("truncates by code points, never inside one", () => {
    expect(truncate("abc", 3)).toBe("abc");
    expect(truncate("abcd", 3)).toBe("ab…");
    expect(truncate("😀😀😀", 2)).toBe("😀…");
    expect(truncate("abc", 0)).toBe("");
  });

  it("wraps at blanks and cuts a word that is too long", () => {
    expect(wrap("aa bb cccccc d", 5)).toEqual(["aa bb", "ccccc", "c d"]);
  });

  it("writes numbers, sizes and durations short", () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect([0, 999, 1000, 9960, 58_000_000, 1.4e9, 999_600].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "10 kB",
      "58 MB",
      "1.4 GB",
      "1.0 MB",
    ]);
    expect([40, 9990, 59_600, 200_000, 7_500_000].map(formatDuration)).toEqual([
      "0.0 s",
      "10 s",
      "1 min 0 s",
      "3 min 20 s",
      "2 h 5 min",
    ]);
  });
});

describe("progress", () => {
  function terminal(): { stream: PassThrough & { isTTY?: boolean; columns?: number }; text: () => string } {
    const stream: PassThrough & { isTTY?: boolean; columns?: number } = new PassThrough();
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    return { stream, text: () => text };
  }

  it("writes nothing where there is no terminal, or when it is off", () => {
    for (const [isTTY, enabled] of [
      [undefined, true],
      [false, true],
      [true, false],
    ] as const) {
      const { stream, text } = terminal();
      if (isTTY !== undefined) stream.isTTY = isTTY;
      const progress = createProgress(stream, enabled, 100);
      progress.update({ bytes: 50, hits: 1 });
      progress.stop();
      expect(text()).toBe("");
    }
  });

  it("clears its line at the end on a terminal, and may be stopped twice", () => {
    const { stream, text } = terminal();
    Object.assign(stream, { isTTY: true, columns: 0 });
    const progress = createProgress(stream, true, 2000);
    progress.update({ bytes: 1000, hits: 7 });
    progress.stop();
    const after = text();
    expect(after).toContain("7 hits");
    // The last bar is followed by an erased line (ECMA-48 EL), not by a line end.
    const last = after.slice(after.lastIndexOf("7 hits"));
    expect(last).toContain(`${ESC}[2K`);
    expect(last).not.toContain("\n");
    progress.stop();
    progress.update({ bytes: 2000, hits: 9 });
    expect(text()).toBe(after);
  });

  it("says bytes, rate, hits and time left, as far as the width and the knowledge go", () => {
    const state = { bytes: 500_000_000, hits: 1234, sources: { done: 3, total: 12 } };
    expect(progressLine(state, 2_000_000_000, 2000, 120)).toBe(
      "████░░░░░░░░░░░░  25 %  500 MB of 2.0 GB  250 MB/s  1,234 hits  6.0 s left  3/12 sources",
    );
    expect(progressLine(state, 0, 2000, 120)).toBe("500 MB read  250 MB/s  1,234 hits  3/12 sources");
    for (const columns of [1, 10, 40, 80]) expect(progressLine(state, 2e9, 2000, columns).length).toBeLessThan(columns);
    expect(progressLine({ bytes: 0, hits: 0 }, 0, 0, 80)).toBe("0 B read  0 hits");
    const hashing = { ...state, hashing: { bytes: 1_500_000_000, total: 3_000_000_000 } };
    expect(progressLine(hashing, 2e9, 2000, 120)).toBe("hashing what was read: 1.5 GB of 3.0 GB  1,234 hits");
    expect(progressLine(hashing, 2e9, 2000, 20).length).toBeLessThan(20);
  });
});
