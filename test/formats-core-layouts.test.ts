/** Layouts without a header, from the vendors' field lists. */
import { describe, expect, it } from "vitest";
import { iso, parse } from "./formats-core-support.js";

describe("AWS load balancer access logs", () => {
  it.each([
    ["application", "https 2021-03-04T05:06:07.186641Z app/lb/50dc6c495c0c9188"],
    ["classic", "2021-03-04T05:06:07.186641Z my-lb"],
  ])("name client and target in the %s layout", (_, head) => {
    const line = `${head} 203.0.113.7:2817 10.0.0.1:80 0.086 0.048 0.037 403 200 0 57 "GET https://www.example.com:443/x HTTP/1.1" "curl/7.46.0" - -`;
    const parsed = parse(line);
    expect(parsed.format).toBe("aws.elb");
    expect(parsed.event.source).toEqual({ ip: "203.0.113.7", port: 2817 });
    expect(parsed.event.destination).toEqual({ ip: "10.0.0.1", port: 80 });
    expect(parsed.event.http?.request?.method).toBe("GET");
    expect(parsed).toMatchObject({ outcome: "refused", initiator: "source" });
    expect(iso(parsed)).toBe("2021-03-04T05:06:07.186Z");
  });
});
