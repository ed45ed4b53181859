/** What web, load-balancer and gateway lines come to beyond their goldens: who is an end, who is not, and how far it came. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseObject } from "../src/formats/json-fields.js";
import { proxyFormats } from "../src/formats/proxies/index.js";
import { proxyOutcome, targetOf } from "../src/formats/proxies/record.js";
import { webFormats } from "../src/formats/web/index.js";
import { clientOf, decision } from "../src/formats/web/record.js";
import { canonicalIp } from "../src/model/ip.js";
import { placeOf } from "../src/triage/place.js";
import { iso, parse } from "./formats-core-support.js";
import { contextOf } from "./formats-network-context.js";

const FAR = "203.0.113.7";
/** What a visitor writes into the parts of a request that are his. */
const PLANTED = "192.0.2.99";

describe("a visitor's own text is never an end of the traffic", () => {
  it.each([
    [
      "nginx JSON: host, agent, referrer, URL",
      `{"time_iso8601":"2021-03-04T05:06:07Z","remote_addr":"${FAR}","request":"GET http://${PLANTED}/ HTTP/1.1","status":"200","http_host":"${PLANTED}","http_user_agent":"${PLANTED}","http_referer":"http://${PLANTED}/"}`,
    ],
    [
      "Caddy: host and headers",
      `{"ts":1614834367.5,"request":{"remote_ip":"${FAR}","method":"GET","host":"${PLANTED}","uri":"/?${PLANTED}","headers":{"User-Agent":["${PLANTED}"]}},"status":200}`,
    ],
    [
      "Cloudflare: host and agent",
      `{"ClientIP":"${FAR}","ClientRequestHost":"${PLANTED}","ClientRequestMethod":"GET","ClientRequestUserAgent":"${PLANTED}","EdgeResponseStatus":200,"EdgeStartTimestamp":"2021-03-04T05:06:07Z"}`,
    ],
    [
      "load balancer: URL and agent",
      `http 2021-03-04T05:06:07.186641Z app/lb/50d ${FAR}:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://${PLANTED}:80/ HTTP/1.1" "${PLANTED}" - - arn "Root=1" "${PLANTED}" "-" 0 2021-03-04T05:06:06.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"`,
    ],
    [
      "Envoy: a quote in the agent that shifts the upstream",
      `[2021-03-04T05:06:07.310Z] "GET / HTTP/1.1" 200 - 0 512 30 15 "${FAR}" "x" "id" "h" "${PLANTED}:80" x" "id" "www.example.com" "10.42.0.82:8080"`,
    ],
    [
      "NetScaler: a user name that looks like fields",
      ` 03/04/2021:05:06:07 GMT ns 0-PPE-0 : default AAA LOGIN_FAILED 1 0 : User x - Client_ip ${PLANTED} - Client_ip ${FAR} - Failure_reason "no"`,
    ],
    ["request line of a framework", `${FAR} - GET /?${PLANTED} HTTP/1.1 200 12 - 1.234 ms`],
  ])("%s", (_, line) => {
    const { event, understood } = parse(line);
    expect(understood).toBe("format");
    expect(placeOf(event, PLANTED).role).toBe("mention");
  });

  it("and a forwarded-for header is no more than a claim", () => {
    const { event } = parse(
      `{"time_iso8601":"2021-03-04T05:06:07Z","remote_addr":"${FAR}","request":"GET / HTTP/1.1","status":"200","http_x_forwarded_for":"${PLANTED}"}`,
    );
    expect(placeOf(event, PLANTED).role).toBe("forwarded");
    expect(placeOf(event, FAR).role).toBe("source");
  });
});

describe("which leg a proxy's line is about", () => {
  const istio = (cluster: string, remote: string, local: string, upstream: string): string =>
    `[2021-03-04T05:06:07.310Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 10 20 83 80 "-" "curl" "id" "far.example.org" "${upstream}" ${cluster} 10.42.0.82:33180 ${local} ${remote} - default`;

  it("is the pod's own call for a sidecar's outbound traffic", () => {
    const out = parse(istio("outbound|443||far.example.org", "10.42.0.82:50000", `${FAR}:443`, `${FAR}:443`));
    expect(out.event.source?.ip).toBe("10.42.0.82");
    expect(out.event.destination?.ip).toBe(FAR);
    expect(out).toMatchObject({ outcome: "established", initiator: "source" });
    expect(out.observerIsAsset).not.toBe(true);
  });

  it("is the visitor's call for inbound traffic", () => {
    const out = parse(istio("inbound|80||", `${FAR}:50000`, "10.42.0.82:9080", "127.0.0.1:9080"));
    expect(out.event.source?.ip).toBe(FAR);
    expect(out.event.destination?.ip).toBe("10.42.0.82");
    expect(out.observerIsAsset).toBe(true);
  });
});

describe("how far a gateway let it come", () => {
  it.each([
    [{ action: "Blocked", status: 403, received: 5000 }, "blocked"],
    [{ action: "allow", status: 404 }, "established"],
    [{ action: "allow" }, "unknown"],
    [{ action: "allow", received: 1 }, "established"],
    [{ status: 407 }, "blocked"],
    [{ status: 504, received: 300 }, "unanswered"],
    [{ status: 502 }, "unknown"],
    [{ action: "Not allowed" }, "blocked"],
    [{ action: "unblocked", status: 200 }, "established"],
  ])("%j is %s", (record, outcome) => {
    expect(proxyOutcome(record).outcome).toBe(outcome);
  });

  it.each(["BLOCK", "deny", "Challenge", "CAPTCHA", "managed_challenge"])("a firewall's %s stops a request", (word) => {
    expect(decision(word)).toBe("blocked");
  });

  it.each(["ALLOW", "COUNT", "log", "Detected", "unblock", "skip"])("a firewall's %s does not", (word) => {
    expect(decision(word)).toBeUndefined();
  });
});

describe("targets and clients", () => {
  it.each([
    ["https://user:pw@www.example.org:8443/a?b", { domain: "www.example.org", port: 8443, path: "/a" }],
    ["http://[2001:db8::7]/x", { ip: "2001:db8::7", port: 80, path: "/x" }],
    [`${FAR}:8443`, { ip: FAR, port: 8443 }],
    ["www.example.org/a", { domain: "www.example.org", path: "/a" }],
    ["tunnel://www.example.org:443/", { domain: "www.example.org", port: 443, path: "/" }],
    ["-", {}],
  ])("%s", (url, target) => {
    expect(targetOf(url)).toEqual(target);
  });

  it("takes the first public address of a list for the client, and says so", () => {
    expect(clientOf(`10.0.0.5, ${FAR}, 198.51.100.4`)).toEqual({
      ip: FAR,
      forwarded: ["10.0.0.5", FAR, "198.51.100.4"],
      note: "client taken from a forwarded-for list, which the client can forge",
    });
  });

  it("reads NetScaler's dates month first, day first where it must be, year first where it is", () => {
    const at = (date: string): string | undefined =>
      iso(
        parse(
          ` ${date}:05:06:07 GMT ns 0-PPE-0 : default TCP CONN_TERMINATE 1 0 : Source ${FAR}:1 - Destination 10.0.0.5:80 - Total_bytes_send 1 - Total_bytes_recv 1`,
        ),
      );
    expect(at("03/04/2021")).toBe("2021-03-04T05:06:07.000Z");
    expect(at("23/04/2021")).toBe("2021-04-23T05:06:07.000Z");
    expect(at("2021/03/04")).toBe("2021-03-04T05:06:07.000Z");
  });
});

describe("every web and proxy format", () => {
  const FIXTURES = "test/fixtures/formats";
  const lines = [...webFormats, ...proxyFormats].flatMap(({ id }) => {
    const folder = join(FIXTURES, id);
    return readdirSync(folder)
      .filter((name) => name.endsWith(".log"))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean));
  });

  it("reads a line cut anywhere without throwing, and never names an end that the whole line does not hold", () => {
    for (const line of lines)
      for (let length = 20; length < line.length; length += 37) {
        const cut = line.slice(0, length);
        const { event } = parse(cut);
        for (const ip of [event.source?.ip, event.destination?.ip])
          if (ip?.includes(".") === true) expect(cut, line).toContain(ip);
      }
  });

  it("takes a JSON value of the wrong type for no value", () => {
    const objects = lines.map((line) => parseObject(line)).filter((object) => object !== undefined);
    const context = contextOf([""], 0);
    fc.assert(
      fc.property(fc.constantFrom(...objects), fc.nat(), fc.jsonValue(), (record, pick, value) => {
        const keys = Object.keys(record);
        const bent = { ...record, [keys[pick % keys.length]!]: value };
        for (const format of [...webFormats, ...proxyFormats])
          if (format.json) {
            const ip = format.parse("", context, undefined, bent)?.event.source?.ip;
            expect(ip === undefined || canonicalIp(ip) === ip).toBe(true);
          }
      }),
      { numRuns: 1500 },
    );
  });

  it("stays fast on the longest lines", () => {
    for (const line of lines.filter((_, i) => i % 5 === 0)) {
      const middle = Math.floor(line.length / 2);
      const long = line.slice(0, middle) + ' x="-/: ['.repeat(7000) + line.slice(middle);
      const start = performance.now();
      parse(long);
      expect(performance.now() - start, line.slice(0, 80)).toBeLessThan(250);
    }
  });
});

describe("a program's own requests in JSON", () => {
  it.each([
    `{"time":"2021-03-04T05:06:07Z","msg":"outgoing request","method":"GET","path":"/x","remote_addr":"${FAR}:443","status":200}`,
    `{"time":"2021-03-04T05:06:07Z","method":"GET","url":"https://far.example.org/x","remote_ip":"${FAR}","status":200}`,
  ])("are not taken for a visitor's: %s", (line) => {
    expect(parse(line).format).not.toBe("json.access");
  });
});
