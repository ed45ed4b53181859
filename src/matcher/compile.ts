/**
 * Indicators to the tables that the kernel reads (layout: assembly/layout.ts). Each kind of token has its own: addresses
 * (compile-addresses.ts), and literals of five kinds (compile-literals.ts). A look-up costs the same whatever the number of indicators.
 */
import { randomBytes } from "node:crypto";
import type { Indicator } from "../model/indicator.js";
import * as layout from "./assembly/layout.js";
import { Addresses } from "./compile-addresses.js";
import { addAgent, filterAgents } from "./compile-agents.js";
import { Literals } from "./compile-literals.js";
import type { Filters } from "./compile-literals.js";
import { addMail, addName, addUrl, filterMail, filterNames, nameSlots } from "./compile-names.js";
import { hashBackwards, hashField, hashText } from "./hashing.js";
import type { CompiledSet } from "./matcher.js";
import { Slots } from "./slots.js";

const DIGEST = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i;
const JA4 = /^[0-9a-z]{10}_[0-9a-z]{12}_[0-9a-z]{12}$/i;
const scratch = Buffer.alloc(128);

/**
 * Compiles any number of indicators (1,000,000 in about 2 s). What no log can hold is passed over: a digest of another length, a
 * user-agent of less than 4 or more than 512 bytes. Throws LookbackError `intel-unusable` when ranges or names overlap so deeply that
 * listing who covers what would not fit in memory.
 */
export function compile(indicators: readonly Indicator[]): CompiledSet {
  // A seed of our own per run, so that a feed cannot be written to collide.
  const seed = randomBytes(4).readUInt32LE(0);
  const addresses = new Addresses();
  const names = new Literals(seed, hashBackwards);
  const mail = new Literals(seed, hashBackwards);
  const digests = new Literals(seed, hashText);
  const ja4 = new Literals(seed, hashText);
  const agents = new Literals(seed, hashField);
  const addExact = addresses.addExact.bind(addresses);
  for (let i = 0; i < indicators.length; i++) {
    const indicator = indicators[i]!;
    const { type, value, range } = indicator;
    if (type === "domain-name") addName(names, value, i, indicator.exact === true);
    else if (type === "url") addUrl(names, addExact, indicator, i);
    else if (type === "email-addr") addMail(mail, value, i);
    else if (type === "file" || type === "ja3" || type === "ja3s") addText(digests, DIGEST, value, i);
    else if (type === "ja4") addText(ja4, JA4, value, i);
    else if (type === "user-agent") addAgent(agents, value, i);
    else if (range) addresses.addRange(i, range);
  }
  const slots = new Slots();
  const addressBytes = addresses.plan(indicators, slots);
  nameSlots(names, slots);
  for (const literals of [mail, digests, ja4, agents]) ownSlots(literals, slots);

  const kinds = [
    { literals: names, header: layout.HEADER_NAMES, flag: layout.HAS_NAMES },
    { literals: mail, header: layout.HEADER_MAIL, flag: layout.HAS_MAIL },
    { literals: digests, header: layout.HEADER_DIGESTS, flag: layout.HAS_DIGESTS },
    { literals: ja4, header: layout.HEADER_JA4, flag: layout.HAS_JA4 },
    { literals: agents, header: layout.HEADER_AGENTS, flag: layout.HAS_AGENTS },
  ];
  const present = kinds.filter(({ literals }) => literals.count > 0);
  let next = layout.HEADER_WORDS * 4 + addressBytes;
  const image = new SharedArrayBuffer(present.reduce((sum, { literals }) => sum + literals.bytes, next));
  const words = new Uint32Array(image);
  words[layout.SEED] = seed;
  addresses.write(words, layout.HEADER_WORDS * 4, slots);
  const has = { ipv4: addresses.has(4), ipv6: addresses.has(6) };
  let flags = has.ipv4 || has.ipv6 ? layout.HAS_ADDRESSES : 0;
  const filters = new Map<Literals, Filters>();
  for (const { literals, header, flag } of present) {
    filters.set(literals, literals.write(words, header, next));
    next += literals.bytes;
    flags |= flag;
  }
  if (filters.has(names)) flags |= filterNames(names, filters.get(names)!, words);
  if (filters.has(mail)) filterMail(mail, filters.get(mail)!, words);
  if (filters.has(agents)) filterAgents(agents, filters.get(agents)!);
  words[layout.FLAGS] = flags;
  return {
    slots: slots.lists,
    image,
    has: {
      ...has,
      name: names.count > 0,
      mail: mail.count > 0,
      digest: digests.count > 0,
      ja4: ja4.count > 0,
      agent: agents.count > 0,
    },
  };
}

function addText(literals: Literals, form: RegExp, value: string, indicator: number): void {
  if (form.test(value)) literals.add(scratch, scratch.write(value.toLowerCase(), "latin1"), indicator);
}

/** One slot for each literal. */
function ownSlots(literals: Literals, slots: Slots): void {
  literals.close();
  for (let id = 0; id < literals.count; id++)
    literals.slots[id] = slots.add(literals.members(id).map((member) => member >>> 1)) + 1;
}
