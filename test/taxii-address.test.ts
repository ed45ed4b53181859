import { describe, expect, it } from "vitest";
import { isLoopback, isTaxiiAddress, parseTaxiiAddress, withoutUserinfo } from "../src/intel/taxii-address.js";

const ID = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";

describe("a TAXII address", () => {
  it.each([
    ["/taxii2/", "/taxii2/", false, undefined],
    ["/api1", "/api1/", false, undefined],
    ["/api1/collections", "/api1/", true, undefined],
    ["/api1/collections/", "/api1/", true, undefined],
    [`/api1/collections/${ID}`, "/api1/", true, ID],
    [`/a/b/collections/${ID}/`, "/a/b/", true, ID],
    [`/api1/collections/${ID}/objects/`, "/api1/", true, ID],
    ["/api1/collections/my%20feed/objects", "/api1/", true, "my feed"],
  ])("%s", (path, root, isApiRoot, id) => {
    const address = parseTaxiiAddress(`taxii+https://feed.example:8443${path}`);
    expect(address).toMatchObject({ origin: "https://feed.example:8443", path: root, isApiRoot });
    expect(address.collectionId).toBe(id);
  });

  it("takes its own parameters and refuses others", () => {
    const at = "taxii+http://127.0.0.1/taxii2/?collection=A&collection=B&type=indicator,malware&api_root=r";
    expect(parseTaxiiAddress(`${at}&added_after=2021-01-01T00:00:00Z`)).toMatchObject({
      collections: ["A", "B"],
      types: ["indicator", "malware"],
      apiRoots: ["r"],
      addedAfter: "2021-01-01T00:00:00Z",
    });
    expect(() => parseTaxiiAddress(`${at}&limit=3`)).toThrow(/unknown parameter “limit”/);
    expect(() => parseTaxiiAddress(`${at}&added_after=yesterday`)).toThrow(/added_after is not like/);
    expect(() => parseTaxiiAddress(`${at}&added_after=2021-13-01T00:00:00Z`)).toThrow(/added_after is not like/);
  });

  it("keeps the userinfo out of its name and its errors", () => {
    const address = parseTaxiiAddress("taxii+https://anna:s%40cret@feed.example/taxii2/");
    expect(address).toMatchObject({ name: "taxii+https://feed.example/taxii2/", user: "anna", password: "s@cret" });
    expect(withoutUserinfo("taxii+https://a:b@c@feed.example/x@y")).toBe("taxii+https://feed.example/x@y");
    for (const bad of [
      "taxii+https://anna:secret@feed.example:99999/",
      "taxii+https://anna:secret@h/?x=1",
      "taxii+https://anna:secret@h/collections/%ff/",
    ])
      expect(() => parseTaxiiAddress(bad)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("secret") }),
      );
  });

  it("knows itself and loopback", () => {
    expect(["TAXII+HTTPS://h/", "taxii+http://h", "https://h/", "taxii+ftp://h/"].map(isTaxiiAddress)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(["localhost", "127.8.0.1", "[::1]", "127.example.org", "10.0.0.1"].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
