/** `lookback config show`: what is in force, and where each value comes from. */
import type { FlagValues } from "./parser.js";
import { settingRows } from "./setting-rows.js";
import { settingsInForce } from "./settings.js";
import { table } from "./table.js";

export async function configShowCommand(flags: FlagValues): Promise<number> {
  const settings = await settingsInForce(flags);
  const rows = settingRows(settings);
  if (flags.showJson === true) {
    const list = rows.map(([setting, value, from]) => ({ setting, value, from }));
    process.stdout.write(`${JSON.stringify({ file: settings.file, settings: list }, undefined, 2)}\n`);
    return 0;
  }
  const lines = [`file: ${settings.file ?? "none"}`];
  const body = table<(typeof rows)[number]>(
    [
      ["setting", ([setting]) => setting],
      ["value", ([, value]) => value],
      ["from", ([, , from]) => from],
    ],
    rows,
  );
  lines.push(rows.length > 0 ? body : "every setting has its default");
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}
