/** `lookback formats infer FILE`: a first description of a log, to be put into lookback.yaml and corrected. */
import { basename } from "node:path";
import type { Layout } from "../formats/described/description.js";
import { inferFormat, type Inferred, type InferredField } from "../formats/described/infer.js";
import { firstLines } from "../hunt/format-trial.js";
import { LookbackError } from "../model/errors.js";
import { printable } from "../report/text.js";
import { openMembers } from "../sources/archives/members.js";
import { walk } from "../sources/walk.js";
import { usage } from "./usage.js";

/** A YAML double-quoted scalar is JSON's string and more. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function layoutLines(layout: Layout): string[] {
  switch (layout.kind) {
    case "pattern":
      return [`    pattern: ${quoted(layout.pattern)}`];
    case "json":
      return ["    json: true"];
    case "key-value":
      return [
        "    key_value: true",
        ...(layout.separator === undefined ? [] : [`    separator: ${quoted(layout.separator)}`]),
      ];
    case "columns":
      return [
        `    separator: ${quoted(layout.separator)}`,
        ...(layout.names
          ? [`    columns: [${layout.names.map(quoted).join(", ")}]`]
          : ["    # columns: named by the file's first line"]),
      ];
  }
}

function fieldLine({ name, field, isTime, isAddress, examples }: InferredField): string {
  const shown = printable(examples.join(" | ").slice(0, 80));
  if (isTime) return `      # ${quoted(name)}: a time, read in any notation (see time below): ${shown}`;
  if (field !== undefined) return `      ${quoted(name)}: ${field} # ${shown}`;
  if (isAddress) return `      # ${quoted(name)}: source.ip or destination.ip: whose address is it? ${shown}`;
  return `      # ${quoted(name)}: ${shown}`;
}

function yamlOf(id: string, { layout, fields, fits, lines }: Inferred): string {
  const action = fields.find(({ field }) => field === "event.action");
  const timed = fields.find(({ isTime }) => isTime);
  return [
    `# Fits ${fits} of ${lines} lines. Put it into lookback.yaml, correct it, and try it: lookback formats test FILE`,
    "formats:",
    `  - id: ${id}`,
    "    # contains: a text that stands in every line of this format, and in no other",
    ...layoutLines(layout),
    "    fields: # the log's name: ECS field",
    ...fields.map(fieldLine),
    "    # time:",
    `    #   field: ${timed ? quoted(timed.name) : "…"}`,
    '    #   format: "dd/MM/yyyy HH:mm:ss" # only where a time has two readings',
    "    # outcome:",
    `    #   field: ${action ? quoted(action.name) : "…"}`,
    "    #   blocked: [deny, drop]",
    "    #   refused: [reset]",
    "    #   established: [allow]",
    "    # initiator: source # or destination, unknown: who began the traffic of a line",
    "    # one_way: true # a line covers one direction of the traffic, as NetFlow's do",
    "    # asset_log: true # a server's own log: the near end is the machine that logged",
    "",
  ].join("\n");
}

export async function formatsInferCommand(paths: string[]): Promise<number> {
  const [path] = paths;
  if (path === undefined || paths.length > 1) throw usage("formats infer looks at one file");
  const { sources, problems } = await walk([path]);
  const problem = problems[0];
  if (problem) throw new LookbackError(problem.error.code, `${problem.path}: ${problem.error.message}`);
  if (sources.length !== 1) throw usage(`${path}: formats infer looks at one file`);
  for await (const { reader } of openMembers(sources[0]!)) {
    const lines = (await firstLines(reader)).filter((line) => line.trim() !== "" && !line.startsWith("#"));
    await reader.close();
    const inferred = lines.length === 0 ? undefined : inferFormat(lines);
    if (!inferred) throw new LookbackError("not-readable", `${path}: no layout fits its lines`);
    const id = `my.${
      basename(path)
        .toLowerCase()
        .replace(/\.(?:log|txt|csv|json|gz|zst|xz|bz2)\b/g, "")
        .replace(/[^a-z0-9.-]+/g, "-") || "format"
    }`;
    process.stdout.write(yamlOf(id, inferred));
    return 0;
  }
  throw new LookbackError("empty", `${path}: no bytes`);
}
