/** The program. Start-up is kept short: each command's modules are loaded when it runs. */
import { LookbackError } from "../model/errors.js";
import { printable } from "../report/text.js";
import { VERSION } from "./version.js";
import { warmUp } from "./warm-up.js";

async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (argv[0] === "hunt" && !argv.includes("--workers")) warmUp(argv.slice(1));
  const { runCommandLine } = await import("./parser.js");
  return runCommandLine(argv, VERSION, {
    hunt: async (inputs, flags) => (await import("./hunt-command.js")).huntCommand(inputs, flags),
    show: async (operands, flags) => (await import("./show-command.js")).showCommand(operands, flags),
    verify: async ([folder], flags) => (await import("./verify-command.js")).verifyCommand(folder!, flags),
    diff: async ([old, now], flags) => (await import("./diff-command.js")).diffCommand(old!, now!, flags),
    intelShow: async (files, flags) => (await import("./intel-command.js")).intelShowCommand(files, flags),
    intelCheck: async (files, flags) => (await import("./intel-command.js")).intelCheckCommand(files, flags),
    intelDiff: async (files, flags) => (await import("./intel-command.js")).intelDiffCommand(files, flags),
    intelConvert: async (files, flags) => (await import("./intel-command.js")).intelConvertCommand(files, flags),
    configShow: async (_, flags) => (await import("./config-command.js")).configShowCommand(flags),
    formatsList: async () => {
      process.stdout.write((await import("./formats-command.js")).formatsList());
      return 0;
    },
    formatsTest: async (logs, flags) => (await import("./formats-test-command.js")).formatsTestCommand(logs, flags),
    formatsInfer: async (logs) => (await import("./formats-infer-command.js")).formatsInferCommand(logs),
    completions: async ([shell]) => {
      process.stdout.write((await import("./completions.js")).completionScript(shell!));
      return 0;
    },
  });
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`lookback: ${printable(message)}\n`);
  // An error of ours says all the user needs; any other is a bug, and its stack is what we need.
  if (!(error instanceof LookbackError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 2;
}

// A reader that goes away ends the program quietly; a full disk behind the output is an error like any other.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  fail(new LookbackError("output-failed", `standard output: ${error.message}`));
  process.exit();
});
process.stderr.on("error", () => undefined);
// Node ends with 1 on its own, which here means "done, and a finding reaches --fail-on".
process.on("uncaughtException", (error) => {
  fail(error);
  process.exit();
});

run(process.argv.slice(2)).then((code) => {
  // Not process.exit: output on its way to a pipe is still to be written.
  process.exitCode = code;
}, fail);
