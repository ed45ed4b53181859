/** What a TAXII server that does not do as it should comes to. */
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { Limits } from "../src/intel/taxii-http.js";
import { send, TAXII, type Served } from "./taxii-server.js";
import { start, entry, entries, one, feeds, idsOf, ids, errors, QUICK } from "./taxii-support.js";

describe("a server that does not do as it should", () => {
  const objectsAnswer = (answer: NonNullable<Served["before"]>): Partial<Served> => ({
    before: (request, response, url) => url.pathname.endsWith("/objects/") && answer(request, response, url),
  });

  async function said(more: Partial<Served>, limits: Partial<Limits> = {}): Promise<string[]> {
    const { address } = await start(one(entries(2), more));
    const all = await feeds(`${address}/api1/collections/c1/`, { limits: { ...QUICK, ...limits } });
    return errors(all).map((message) => message.replace("GET /api1/collections/c1/objects/: ", ""));
  }

  it.each([
    [404, "there is no such API root or collection, or it may not be seen (404: T)"],
    [406, "the server does not speak TAXII 2.1 here (406: T)"],
    [418, "the server answered (418: T)"],
  ])("refuses with %s", async (status, message) => {
    expect(
      await said(
        objectsAnswer((_, response) => {
          send(response, status, { title: "T" });
          return true;
        }),
      ),
    ).toEqual([message]);
  });

  it("is unavailable for a moment: asked again, after the time it asks for", async () => {
    const times: number[] = [];
    const answers: [number, Record<string, string>][] = [
      [503, {}],
      [429, { "retry-after": "1" }],
    ];
    const { address } = await start(
      one(
        entries(2),
        objectsAnswer((_, response) => {
          times.push(Date.now());
          const next = answers.shift();
          if (next) send(response, next[0], {}, next[1]);
          return next !== undefined;
        }),
      ),
    );
    const [feed] = await feeds(`${address}/api1/collections/c1/`);
    expect([idsOf(feed), feed!.errors]).toEqual([ids(entries(2)), []]);
    expect(times).toHaveLength(3);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(990);
  });

  it("stays unavailable, or asks to wait for an hour", async () => {
    let count = 0;
    const refused = (headers: Record<string, string>) =>
      objectsAnswer((_, response) => {
        count++;
        send(response, 429, {}, headers);
        return true;
      });
    expect(await said(refused({}))).toEqual(["the server asks for fewer requests (429), 4 times"]);
    expect(count).toBe(4);
    count = 0;
    const later = new Date(Date.now() + 3600_000).toUTCString();
    expect(await said(refused({ "retry-after": later }))).toEqual([
      expect.stringMatching(
        /^the server asks for fewer requests \(429\); it asks to wait (3600|3599) s, longer than 1.5 s$/,
      ),
    ]);
    expect(count).toBe(1);
  });

  it("breaks off in the middle, and does better when asked again", async () => {
    let count = 0;
    const { address } = await start(
      one(
        entries(2),
        objectsAnswer((request, response) => {
          if (++count > 1) return false;
          response.writeHead(200, { "content-type": TAXII, "content-length": "1000" }).write("{");
          setTimeout(() => request.socket.destroy(), 20);
          return true;
        }),
      ),
    );
    const [feed] = await feeds(`${address}/api1/collections/c1/`);
    expect([idsOf(feed), feed!.errors]).toEqual([ids(entries(2)), []]);
  });

  it("breaks the connection", async () => {
    expect(
      await said(
        objectsAnswer((request) => {
          request.socket.destroy();
          return true;
        }),
      ),
    ).toEqual(["the connection was broken off, 4 times"]);
  });

  it.each([
    ["the same next", () => "again", "the same “next” again"],
    ["the same page", (n: number) => String(n), "the same page again"],
  ])("sends pages in circles: %s", async (_, next, message) => {
    let count = 0;
    const circle = objectsAnswer((__, response) => {
      count++;
      const objects = message.includes("page") ? [entry(1).object] : [entry(count).object];
      send(response, 200, { more: true, next: next(count), objects });
      return true;
    });
    expect(await said(circle)).toEqual([
      expect.stringMatching(new RegExp(`^the server's pages go round in circles: ${message}; used the \\d objects`)),
    ]);
    expect(count).toBe(2);
  });

  it("never comes to an end", async () => {
    let count = 0;
    const endless = (objects: (n: number) => unknown[]) =>
      objectsAnswer((_, response) => {
        count++;
        send(response, 200, { more: true, next: String(count), objects: objects(count) });
        return true;
      });
    const several = (n: number) => [1, 2, 3].map((m) => ({ id: `x--${n}-${m}` }));
    expect(await said(endless(several), { pages: 5 })).toEqual([
      expect.stringContaining("more than 5 pages: not read"),
    ]);
    expect(await said(endless(several), { objects: 10 })).toEqual([expect.stringContaining("more than 10 objects")]);
    expect(await said(endless(several), { bytes: 300 })).toEqual([expect.stringContaining("larger than 0 KiB")]);
    expect(await said(endless(() => []))).toEqual(["more than 100 empty pages in a row: not read further"]);
    const lost = objectsAnswer((_, response) => {
      send(response, 200, { more: true, objects: [entry(1).object] });
      return true;
    });
    expect(await said(lost)).toEqual([expect.stringContaining("the server says that there is more, and not where")]);
  });

  it.each([
    ["never answers", () => undefined, { headers: 1000 }, "no answer within 1 s"],
    [
      "stops in its answer",
      (response: ServerResponse) => response.writeHead(200, { "content-type": TAXII }).write("{"),
      { idle: 1000 },
      "the answer stopped for 1 s",
    ],
    [
      "drips",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-type": TAXII });
        const timer = setInterval(() => response.write(" "), 50);
        response.on("close", () => clearInterval(timer));
      },
      { answer: 1000 },
      "the answer took longer than 1 s",
    ],
  ])("%s", async (_, answer, limits, message) => {
    const begun = Date.now();
    expect(
      await said(
        objectsAnswer((__, response) => {
          answer(response);
          return true;
        }),
        limits,
      ),
    ).toEqual([message]);
    expect(Date.now() - begun).toBeLessThan(5000);
  });

  it("takes too long altogether", async () => {
    const slow = objectsAnswer((_, response, url) => {
      const n = Number(url.searchParams.get("next") ?? "0") + 1;
      setTimeout(() => send(response, 200, { more: true, next: String(n), objects: [entry(n).object] }), 100);
      return true;
    });
    expect(await said(slow, { total: 1500 })).toEqual([
      expect.stringMatching(/^all of it took longer than 1.5 s; used the \d+ objects that came before that$/),
    ]);
  });

  it.each([true, false])("sends a gigabyte (telling its length: %s)", async (told) => {
    let sent = 0;
    const chunk = Buffer.alloc(1 << 20, 0x20);
    const flood = objectsAnswer((_, response) => {
      response.writeHead(200, { "content-type": TAXII, ...(told && { "content-length": String(2 ** 30) }) });
      const pump = (): void => {
        while (sent < 2 ** 30 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once("drain", pump);
            return;
          }
        }
      };
      pump();
      return true;
    });
    expect(await said(flood, { bytes: 8 << 20, answer: 5000 })).toEqual([
      "the answer is larger than 8192 KiB: not read",
    ]);
    expect(sent).toBeLessThan(64 << 20);
  });

  it.each([
    ["broken JSON", TAXII, '{"objects": [{"id": ]}', "not valid JSON at line 1, column 21 (ValueExpected)"],
    ["no object", TAXII, "[]", "no TAXII: the answer is no JSON object"],
    ["a page for people", "text/html; charset=utf-8", "<html>", "no TAXII: the answer is text/html"],
    ["another version", "application/vnd.oasis.stix+json; version=2.0", "{}", "the server speaks TAXII 2.0, not 2.1"],
    ["another version", "application/taxii+json;version=3.0", "{}", "the server speaks TAXII 3.0, not 2.1"],
  ])("sends %s (%s)", async (_, type, text, message) => {
    const answer = objectsAnswer((__, response) => {
      response.writeHead(200, { "content-type": type }).end(text);
      return true;
    });
    expect(await said(answer)).toEqual([message]);
  });

  it("sends what is nested a hundred thousand deep", async () => {
    const deep = `{"objects":[{"id":"x","a":${"[".repeat(100_000)}${"]".repeat(100_000)}},{"id":"y"}]}`;
    const { address } = await start(
      one(
        [],
        objectsAnswer((_, response) => {
          response.writeHead(200, { "content-type": TAXII }).end(deep);
          return true;
        }),
      ),
    );
    const [feed] = await feeds(`${address}/api1/collections/c1/`);
    expect([idsOf(feed), feed!.errors]).toEqual([["y"], ["1 objects are nested too deep: not read"]]);
  });

  it("sends on to another server, which is not asked, or round in a circle", async () => {
    const other = await start(one(entries(1)));
    const to = (location: string) =>
      objectsAnswer((_, response, url) => {
        if (url.searchParams.has("there")) return false;
        response.writeHead(302, { location }).end();
        return true;
      });
    expect(await said(to(`${other.base.replace("//", "//u:p@")}/api1/collections/c1/objects/`))).toEqual([
      `redirected to ${other.base}: not followed`,
    ]);
    expect(other.asked).toEqual([]);
    expect(await said(to("?again"))).toEqual(["redirected more than 3 times"]);
    const { address } = await start(one(entries(2), to("?there=1")));
    expect(idsOf((await feeds(`${address}/api1/collections/c1/`))[0])).toHaveLength(2);
  });
});
