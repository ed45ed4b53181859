/** The command line, built from the flag table. Commander parses; this file only carries the table over. */
import { Command as Commander, CommanderError, Option } from "commander";

import { withoutPassword } from "../intel/taxii-address.js";
import { COMMANDS, flag, flagValue, type Command, type Flag, type FlagName } from "./flags.js";
import { usage } from "./usage.js";

/** Values by FlagName: text, a list, what the flag's `parse` gives, or true for a switch. */
export type FlagValues = Partial<Record<FlagName, unknown>>;
export type Run = (operands: string[], flags: FlagValues) => Promise<number>;

function option({ long, short, value, description, choices }: Flag): Option {
  const names = `${short ? `-${short}, ` : ""}--${long}${value ? ` <${value}>` : ""}`;
  const made = new Option(names, choices ? `${description}: ${choices.join(", ")}` : description);
  return made;
}

function addFlag(command: Commander, name: FlagName, values: FlagValues): void {
  const definition = flag(name);
  const made = option(definition);
  if (definition.value !== undefined)
    made.argParser((text: string) => {
      const value = flagValue(definition, text);
      values[name] = definition.repeatable ? [...((values[name] as unknown[] | undefined) ?? []), value].flat() : value;
      return value;
    });
  command.addOption(made);
  if (definition.value === undefined) command.on(`option:${definition.long}`, () => (values[name] = true));
}

/** Parses and runs; resolves to the exit code. Throws LookbackError `usage` for what is not right. */
export async function runCommandLine(
  argv: readonly string[],
  version: string,
  actions: Partial<Record<keyof typeof COMMANDS, Run>>,
): Promise<number> {
  let code = 0;
  const program = new Commander("lookback");
  program
    .description(
      "Did they touch us, when, and how far did they get? Sweeps the logs you kept for an advisory's indicators.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false);
  const groups = new Map<string, Commander>();

  for (const [key, definition] of Object.entries(COMMANDS) as [keyof typeof COMMANDS, Command][]) {
    let parent = program;
    for (const word of definition.path.slice(0, -1)) {
      let group = groups.get(word);
      if (!group) {
        group = program
          .command(word)
          .exitOverride()
          .description(GROUPS[word] ?? "");
        groups.set(word, group);
      }
      parent = group;
    }
    const values: FlagValues = {};
    const command = parent
      .command(`${definition.path.at(-1)!}`)
      .description(definition.summary)
      .exitOverride()
      .allowExcessArguments(false)
      .configureOutput({ outputError: () => undefined });
    for (const operand of definition.arguments.split(" ").filter((word) => word !== ""))
      command.argument(operand.startsWith("[") ? operand.replace("…", "...") : `<${operand.replace("…", "...")}>`);
    for (const name of definition.flags) addFlag(command, name, values);
    command.action(async (...args: unknown[]) => {
      const operands = args.slice(0, -2).flat().map(String);
      code = (await actions[key]?.(operands, values)) ?? 0;
    });
  }

  try {
    await program.parseAsync(argv as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0; // --help, --version
    if (error.code === "commander.help") return 2; // no command: the help was shown
    const message = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    // It may quote an address with a password.
    throw usage(`${withoutPassword(message)}; see lookback --help`);
  }
  return code;
}

const GROUPS: Readonly<Record<string, string>> = {
  intel: "read indicator files",
  config: "settings",
  formats: "the log formats that are known",
};
