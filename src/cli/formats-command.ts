/** `lookback formats list`. */
import { ENVELOPES, FALLBACKS, FORMATS } from "../formats/registry.js";

export function formatsList(): string {
  const row = ({ id, title }: { id: string; title: string }): string => `  ${id.padEnd(26)} ${title}`;
  return [
    "Formats:",
    ...FORMATS.map(row),
    "",
    "Envelopes, around any of them:",
    ...ENVELOPES.map(row),
    "",
    "When none knows the line:",
    ...FALLBACKS.map(row),
    "",
  ].join("\n");
}
