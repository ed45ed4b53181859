/** The command line's page, docs/cli.md, derived from the flag table. */
import { ERRORS } from "../model/errors.js";
import { COMMANDS, flag, type Command } from "./flags.js";

function flagRow(name: Command["flags"][number]): string {
  const { long, short, value, description, choices, repeatable } = flag(name);
  const written = `${short ? `\`-${short}\`, ` : ""}\`--${long}${value ? ` ${value}` : ""}\``;
  const notes = [
    description,
    ...(choices ? [choices.map((c) => `\`${c}\``).join(", ")] : []),
    ...(repeatable ? ["may be repeated"] : []),
  ];
  return `| ${written} | ${notes.join("; ")} |`;
}

function section({ path, arguments: operands, summary, flags }: Command): string {
  const lines = [
    `## \`lookback ${path.join(" ")}${operands ? ` ${operands}` : ""}\``,
    "",
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
  ];
  if (flags.length > 0) lines.push("", "| flag | meaning |", "| --- | --- |", ...flags.map(flagRow));
  return lines.join("\n");
}

export function cliPage(): string {
  const errors = Object.entries(ERRORS).map(
    ([code, { means, loses }]) => `| \`${code}\` | ${means} | ${loses ? "2" : "–"} |`,
  );
  return [
    "# The command line",
    "",
    "Made by `npm run docs` from `src/cli/flags.ts` and `src/model/errors.ts`; edit those.",
    "",
    ...Object.values(COMMANDS as Record<string, Command>).flatMap((command) => [section(command), ""]),
    "## Exit codes",
    "",
    "| code | when |",
    "| --- | --- |",
    "| 0 | done |",
    "| 1 | done, and a finding reaches `--fail-on`; of `verify`: something no longer holds |",
    "| 2 | an error, or some input was not read to its end; what was found is still written |",
    "",
    "## Error codes in `coverage.json`",
    "",
    "| code | meaning | exit code |",
    "| --- | --- | --- |",
    ...errors,
    "",
  ].join("\n");
}
