/** What the TAXII tests share: servers and a folder for each test, objects, and how to load. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { TaxiiAccess } from "../src/intel/taxii-access.js";
import type { Limits } from "../src/intel/taxii-http.js";
import { taxiiFeeds, type Feed, type TaxiiOptions } from "../src/intel/taxii-source.js";
import { serve, type Entry, type Running, type Served, type ServedCollection } from "./taxii-server.js";

export const DAY = 24 * 3600_000;
export const START = Date.parse("2026-03-01T00:00:00Z");
/** Generous where nothing is to fail: the machine may be busy. */
export const QUICK: Partial<Limits> = {
  connect: 5000,
  headers: 10_000,
  idle: 10_000,
  answer: 15_000,
  total: 20_000,
  pause: 5,
  longestPause: 1500,
};

export let folder: string;
export let cacheFolder: string;
const running: Running[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "taxii-client-"));
  cacheFolder = join(folder, "cache");
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true });
});

export async function start(
  served: Served,
  ...tls: Parameters<typeof serve> extends [unknown, ...infer R] ? R : never
) {
  const server = await serve(served, ...tls);
  running.push(server);
  return server;
}

/** A proxy (RFC 9110, CONNECT) that leads to a port of this machine, whatever host is asked for. */
export async function startProxy(port: number): Promise<{ base: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, client) => {
    asked.push(request.url!);
    const onwards = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(onwards).pipe(client);
    });
    for (const socket of [client, onwards]) socket.on("error", () => [client, onwards].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  running.push({ base: "", address: "", asked, close: () => new Promise((resolve) => proxy.close(() => resolve())) });
  return { base: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

/** The nth object of a collection; added on the nth day of 2026. */
export function entry(n: number, more: Record<string, unknown> = {}): Entry {
  const day = String((n % 28) + 1).padStart(2, "0");
  const date = `2026-01-${day}T00:00:00.${String(n).padStart(6, "0")}Z`;
  return {
    date_added: date,
    object: {
      type: "indicator",
      spec_version: "2.1",
      id: `indicator--00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
      created: "2026-01-01T00:00:00.000Z",
      modified: "2026-01-01T00:00:00.000Z",
      pattern_type: "stix",
      pattern: `[ipv4-addr:value = '192.0.2.${n}']`,
      valid_from: "2026-01-01T00:00:00Z",
      ...more,
    },
  };
}

export const entries = (count: number, from = 1): Entry[] => Array.from({ length: count }, (_, i) => entry(from + i));

export function collection(id: string, list: Entry[], more: Partial<ServedCollection> = {}): ServedCollection {
  return { id, title: `Title of ${id}`, can_read: true, entries: list, ...more };
}

export const one = (list: Entry[], more: Partial<Served> = {}): Served => ({
  roots: { api1: { title: "First", collections: [collection("c1", list)] } },
  ...more,
});

export async function feeds(address: string, options: TaxiiOptions = {}, access: TaxiiAccess = {}): Promise<Feed[]> {
  const all: Feed[] = [];
  for await (const feed of taxiiFeeds(address, access, { limits: QUICK, now: () => START, ...options })) all.push(feed);
  return all;
}

interface Envelope {
  objects: { id: string }[];
}

export function idsOf(feed: Feed | undefined): string[] {
  if (feed?.source === undefined) return [];
  return (JSON.parse(feed.source.text) as Envelope).objects.map(({ id }) => id);
}

export const ids = (list: readonly Entry[]): string[] => list.map(({ object }) => object.id);
export const errors = (all: readonly Feed[]): string[] => all.flatMap((feed) => feed.errors);
