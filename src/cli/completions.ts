/** Completion scripts for shells, derived from the flag table. */
import { COMMANDS, flag, type Command, type Flag } from "./flags.js";
import { usage } from "./usage.js";

interface Entry {
  words: string;
  flags: Flag[];
}

const ENTRIES: readonly Entry[] = Object.values(COMMANDS as Record<string, Command>).map(({ path, flags }) => ({
  words: path.join(" "),
  flags: flags.map(flag),
}));

/** The words that may come after some words: `intel` → `show`. */
function following(): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { words } of ENTRIES) {
    const parts = words.split(" ");
    parts.forEach((part, i) => {
      const before = parts.slice(0, i).join(" ");
      const list = next.get(before) ?? [];
      if (!list.includes(part)) next.set(before, [...list, part]);
    });
  }
  return next;
}

function bash(): string {
  const cases = ENTRIES.map(({ words, flags }) => {
    const names = flags.flatMap((f) => [`--${f.long}`, ...(f.short ? [`-${f.short}`] : [])]);
    return `    "${words}"*) flags="${names.join(" ")}" ;;`;
  });
  const values = new Map(
    ENTRIES.flatMap(({ flags }) => flags).flatMap((f) => (f.choices ? [[f.long, f.choices] as const] : [])),
  );
  return `# lookback completions for bash: source this file, or put it into /etc/bash_completion.d
_lookback() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" flags=""
  local words="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  case "$prev" in
${[...values].map(([long, choices]) => `    --${long}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$cur")); return ;;`).join("\n")}
  esac
  case "$words" in
${[...following()].map(([before, after]) => `    "${before}") COMPREPLY=($(compgen -W "${after.join(" ")}" -- "$cur")); return ;;`).join("\n")}
${cases.join("\n")}
  esac
  if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur")); else COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _lookback lookback
`;
}

const quoted = (text: string): string => `'${text.replace(/'/g, "'\\''")}'`;

function zsh(): string {
  const body = ENTRIES.map(({ words, flags }) => {
    const specs = flags.map((f) => {
      const text = f.description.replace(/[[\]:]/g, " ");
      const value =
        f.value === undefined ? "" : `:${f.value.toLowerCase()}:${f.choices ? `(${f.choices.join(" ")})` : "_files"}`;
      return quoted(`${f.repeatable ? "*" : ""}--${f.long}[${text}]${value}`);
    });
    return `    ${quoted(words)}*) _arguments ${[...specs, "'*:file:_files'"].join(" ")} ;;`;
  });
  return `#compdef lookback
# lookback completions for zsh: put this file as _lookback into a folder of $fpath
_lookback() {
  local line="\${words[2,CURRENT-1]}"
  case "$line" in
${[...following()].map(([before, after]) => `    ${quoted(before)}) compadd ${after.join(" ")} ;;`).join("\n")}
${body.join("\n")}
  esac
}
_lookback "$@"
`;
}

function fish(): string {
  const lines = ["# lookback completions for fish: put this file into ~/.config/fish/completions"];
  for (const [before, after] of following()) {
    const condition = before === "" ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${before}`;
    lines.push(`complete -c lookback -n '${condition}' -f -a '${after.join(" ")}'`);
  }
  for (const { words, flags } of ENTRIES)
    for (const f of flags) {
      const parts = [`complete -c lookback -n '__fish_seen_subcommand_from ${words.split(" ").at(-1)!}' -l ${f.long}`];
      if (f.short) parts.push(`-s ${f.short}`);
      if (f.value !== undefined) parts.push("-r");
      if (f.choices) parts.push(`-f -a '${f.choices.join(" ")}'`);
      lines.push(`${parts.join(" ")} -d ${quoted(f.description)}`);
    }
  return `${lines.join("\n")}\n`;
}

const SHELLS: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** @param shell `bash`, `zsh` or `fish`; throws LookbackError `usage` for another */
export function completionScript(shell: string): string {
  const make = SHELLS[shell];
  if (!make) throw usage(`completions are made for ${Object.keys(SHELLS).join(", ")}, not "${shell}"`);
  return make();
}
