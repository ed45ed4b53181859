/** What a hunt leaves in the folder of `-o`, and what people are told of it. */
import type { FindingList } from "../model/sighting.js";
import type { HuntRequest, HuntResult } from "../hunt/hunt.js";
import { coverageJson } from "../report/findings-json.js";
import { jsonDocument } from "../report/json-text.js";
import type { HuntSummary, ReportInput, ReportProvenance } from "../report/summary.js";
import { formatCount, plural } from "../report/text.js";
import { isoTime } from "../model/iso-time.js";
import type { ReportId } from "./flags.js";
import { manifestOf, type Bounds, type HuntStart } from "./manifest.js";
import type { ExtraFile, OutputFolder } from "./output-folder.js";
import { settingRows } from "./setting-rows.js";
import type { Settings } from "./settings.js";
import { VERSION } from "./version.js";

export interface FinishedHunt {
  request: HuntRequest;
  result: HuntResult;
  settings: Settings;
  bounds: Bounds;
  began: HuntStart;
  /** This time: a hunt may go on. */
  startedAt: Date;
  finishedAt: Date;
  outDir?: string;
}

/** The files that --report adds. Loaded when asked for: most hunts write none. */
const EXTRA: Readonly<
  Record<
    Exclude<ReportId, "html">,
    { name: ExtraFile; make: (input: ReportInput) => Promise<string | Iterable<string>> }
  >
> = {
  md: {
    name: "report.md",
    make: async (input) => (await import("../report/markdown.js")).renderMarkdown(input),
  },
  csv: {
    name: "findings.csv",
    make: async ({ findings }) => (await import("../report/findings-csv.js")).findingsCsv(findings),
  },
};

const extras = (reports: readonly ReportId[]): (typeof EXTRA)["md"][] =>
  [...new Set(reports)].flatMap((id) => (id === "html" ? [] : [EXTRA[id]]));

export function extraFiles(reports: readonly ReportId[]): ExtraFile[] {
  return extras(reports).map(({ name }) => name);
}

function* findingLines(findings: Required<FindingList>): Generator<string> {
  for (const text of findings.texts()) yield `${text}\n`;
}

/** Writes all but the sightings, which the folder has by then; the manifest last. */
export async function writeOutput(
  folder: OutputFolder,
  finished: FinishedHunt,
  summary: HuntSummary,
  reports: readonly ReportId[],
): Promise<void> {
  const { findings, coverage } = finished.result;
  folder.closeSightings();
  folder.write("findings.jsonl", findingLines(findings));
  folder.write("coverage.json", coverageJson(coverage));
  // The reports name the digests of the files that they tell of.
  const provenance = provenanceOf(finished, { ...folder.digests });
  const { renderHtml } = await import("../report/html.js");
  folder.write("report.html", await renderHtml({ ...summary, provenance }));
  for (const { name, make } of extras(reports)) folder.write(name, await make({ ...summary, provenance }));
  const { request, result, began, bounds, finishedAt } = finished;
  folder.manifest(jsonDocument(manifestOf(request, result, began, bounds, finishedAt, folder.digests)));
  if (!result.interrupted) folder.finish();
}

function windowOf({ from, to }: Bounds): { since?: string; until?: string } {
  return {
    ...(from === undefined ? {} : { since: isoTime(from) }),
    ...(to === undefined ? {} : { until: isoTime(to) }),
  };
}

/** Reads every indicator once: ask for it once. */
export function summaryOf({ request, result, bounds, startedAt, finishedAt, outDir }: FinishedHunt): HuntSummary {
  const { indicators: set, own } = request;
  const labels = new Set<string>();
  let from: number | undefined = Infinity;
  let until: number | undefined = -Infinity;
  // One pass: there may be a million. An end that any indicator leaves open is open for the list.
  for (const indicator of set.indicators) {
    for (const label of indicator.labels) labels.add(label);
    from = from === undefined || indicator.validFrom === undefined ? undefined : Math.min(from, indicator.validFrom);
    until =
      until === undefined || indicator.validUntil === undefined ? undefined : Math.max(until, indicator.validUntil);
  }
  return {
    findings: result.findings,
    sightings: result.sightings,
    coverage: result.coverage,
    intel: {
      indicators: set.indicators.length,
      files: set.files,
      rejected: set.files.reduce((n, file) => n + file.rejected, 0),
      hash: set.hash,
      labels: [...labels].sort(),
      ...(from === undefined ? {} : { validFrom: isoTime(from) }),
      ...(until === undefined ? {} : { validUntil: isoTime(until) }),
    },
    window: windowOf(bounds),
    ...(result.outside > 0 ? { outside: result.outside } : {}),
    ...(result.otherWindow > 0 ? { otherWindow: result.otherWindow } : {}),
    own: { networks: [...own.cidrs], assumed: !own.stated },
    elapsedMs: finishedAt.getTime() - startedAt.getTime(),
    ...(outDir === undefined ? {} : { outDir }),
    ...(result.interrupted ? { interrupted: true } : {}),
  };
}

function provenanceOf(
  { request, result, settings, began, finishedAt }: FinishedHunt,
  digests: OutputFolder["digests"],
): ReportProvenance {
  const { hashed, changed } = result.hashes;
  const of = request.hash ?? "none";
  return {
    version: VERSION,
    node: process.version,
    startedAt: began.started,
    finishedAt: finishedAt.toISOString(),
    arguments: began.arguments,
    facts: [
      ["Working folder", began.working_folder],
      // What was typed stands in the arguments, and takes the place of the file's intel.
      ...settingRows(settings)
        .filter(([name, , place]) => !place.startsWith("--") && !(name === "intel" && settings.values.has("intel")))
        .map(([name, value, place]): [string, string] => [`Setting ${name}`, `${value} (${place})`]),
      [
        "Hashes of log files",
        of === "none"
          ? "none were taken"
          : `SHA-256 of ${plural(hashed, "stored file")} (${of === "all" ? "all" : "those with hits"}), taken after the search; ${formatCount(changed)} had changed meanwhile`,
      ],
      ...Object.entries(digests).map(([name, { sha256 }]): [string, string] => [name, `SHA-256 ${sha256}`]),
    ],
  };
}
