/** `npm run demo`: the real CERT-FR list over the example logs, which are made on first use. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { exampleArgs, generateExample, projectRoot } from "./generate.js";

const root = projectRoot();
process.chdir(root);
if (![exampleArgs.truth, exampleArgs.logs].every((path) => existsSync(path))) {
  process.stdout.write("Making the example's logs (synthetic, seven months of a made-up organisation) …\n");
  const truth = await generateExample(exampleArgs.logs);
  process.stdout.write(
    `${truth.files.length} files, ${truth.lines.toLocaleString("en")} lines in ${exampleArgs.logs}\n\n`,
  );
}
const report = "demo-report";
const { intel, logs, own, config, from, to } = exampleArgs;
const args = [
  "hunt",
  "--config",
  config,
  "--intel",
  intel,
  "--role",
  "relay",
  "--own",
  own.join(","),
  "--from",
  from,
  "--to",
  to,
  "-o",
  report,
  "--force",
  logs,
];
process.stdout.write(`$ bin/lookback ${args.join(" ")}\n\n`);
const done = spawnSync(process.execPath, [join(root, "bin", "lookback"), ...args], { stdio: "inherit" });
process.exitCode = done.status ?? 2;
if (done.status === 0) process.stdout.write(`\nThe report: ${join(report, "report.html")}\n`);
