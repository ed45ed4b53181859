/** The advisory's list, and which of its addresses play a part in the example. */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { Random } from "./random.js";

/** Column of CERT-FR's export that holds the address. */
const VALUE_COLUMN = "signature_component.value";

/** The addresses of a CERT-FR CSV export, in file order. */
export async function readListed(path: string): Promise<string[]> {
  const rows = parse(await readFile(path, "utf8"), { columns: true, bom: true, skip_empty_lines: true }) as Record<
    string,
    string
  >[];
  const listed = rows.map((row) => row[VALUE_COLUMN] ?? "").filter((value) => /^[0-9.]{7,15}$/.test(value));
  if (listed.length === 0) throw new Error(`${path}: no address in column ${VALUE_COLUMN}`);
  return listed;
}

export interface Cast {
  listed: string[];
  implantWorkstation: string;
  implantServer: string;
  vpnThief: string;
  sshThief: string;
  mailThief: string;
  portalThief: string;
  probers: string[];
  visitors: string[];
  /** Called by own hosts, without success. */
  dead: string[];
  resolved: string[];
  mentioned: string[];
  /** Hosts whose last octet is 0: addresses, not networks. */
  zeroHosts: string[];
}

/** `95.143.219.230` contains the listed `5.143.219.230`: a hit on the first must not be one on the second. */
const SUBSTRING_PAIR = ["95.143.219.230", "5.143.219.230"] as const;

export function chooseCast(listed: string[], seed: string): Cast {
  const zeroHosts = listed.filter((address) => address.endsWith(".0"));
  const set = new Set<string>([...SUBSTRING_PAIR, ...zeroHosts]);
  const pool = new Random(`${seed}/cast`).shuffle(listed.filter((address) => !set.has(address)));
  let used = 0;
  const take = (n: number): string[] => pool.slice(used, (used += n));
  const one = (): string => take(1)[0]!;
  return {
    listed,
    implantWorkstation: one(),
    implantServer: SUBSTRING_PAIR[0],
    vpnThief: one(),
    sshThief: one(),
    mailThief: one(),
    portalThief: one(),
    probers: [...take(60), SUBSTRING_PAIR[1], ...zeroHosts],
    visitors: take(16),
    dead: take(10),
    resolved: take(6),
    mentioned: take(8),
    zeroHosts,
  };
}
