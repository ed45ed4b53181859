/** Who the TAXII client is to a server, and that no secret gets out. */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withAccess } from "../src/cli/taxii-settings.js";
import type { TaxiiAccess } from "../src/intel/taxii-access.js";
import { send } from "./taxii-server.js";
import { folder, start, startProxy, entries, one, feeds, idsOf, errors } from "./taxii-support.js";

describe("who is let in", () => {
  const basic = (user: string, password: string): string =>
    `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

  it("sends user and password, a token, or what the environment holds", async () => {
    const served = one(entries(1), { authorization: basic("anna", "s3cret@") });
    const { base } = await start(served);
    const at = (userinfo: string): string => `taxii+${base.replace("//", `//${userinfo}`)}/api1/`;
    const environment = { SECRET: "s3cret@", TOKEN: " t0ken.of_mine ", USER: "anna" };
    expect(idsOf((await feeds(at("anna:s3cret%40@")))[0])).toHaveLength(1);
    expect(idsOf((await feeds(at("anna@"), { environment }, { passwordEnv: "SECRET" }))[0])).toHaveLength(1);
    const fromVariables = { userEnv: "USER", passwordEnv: "SECRET" };
    expect(idsOf((await feeds(at(""), { environment }, fromVariables))[0])).toHaveLength(1);
    served.authorization = "Bearer t0ken.of_mine";
    expect(idsOf((await feeds(at(""), { environment }, { tokenEnv: "TOKEN" }))[0])).toHaveLength(1);
  });

  it.each([
    [401, "the server asks for a user with password, or a token, or does not take the one given (401: Unauthorized)"],
    [403, "the user or token may not read this (403: no … for you)"],
  ])("says what %s means, and never the secret, also where the server sends it back", async (status, said) => {
    const { base } = await start(
      one(entries(1), {
        authorization: "another",
        before: (request, response) => {
          if (status === 403)
            send(response, 403, { title: `no ${request.headers.authorization!.slice(6)} for\u001b\nyou` });
          return status === 403;
        },
      }),
    );
    const address = `taxii+${base.replace("//", "//anna:wrong-pass@")}/api1/`;
    const all = await feeds(address);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ name: `taxii+${base}/api1/`, errors: [`GET /api1/: ${said}`] });
  });

  it("refuses what cannot be meant", async () => {
    const said = async (address: string, access: TaxiiAccess): Promise<string[]> =>
      errors(await feeds(address, { environment: { T: "a\nb", P: "p", U: "u" } }, access));
    const [plain, withUser] = ["taxii+http://127.0.0.1:1/", "taxii+http://u@127.0.0.1:1/"];
    expect(await said(plain, { tokenEnv: "T" })).toEqual(["the token in T holds characters that no token has"]);
    expect(await said(plain, { passwordEnv: "P" })).toEqual(["there is a password and no user"]);
    expect(await said(withUser, { tokenEnv: "P" })).toEqual(["both a token and a user are given: which one is meant?"]);
    const cert = join(folder, "no.pem");
    expect(await said(plain, { cert })).toEqual([`the client certificate ${cert}: no such file or folder`]);
    await writeFile(cert, "no certificate");
    expect(await said(plain, { cert })).toEqual([
      expect.stringMatching(/^the client certificate, its key or the CA cannot be used: /),
    ]);
    expect(await said(plain, { ca: cert })).toEqual([`the CA ${cert} holds no certificate (PEM)`]);
  });

  it("gives the variables' credentials to one server only", () => {
    const environment = { LOOKBACK_TAXII_TOKEN: "t", LOOKBACK_TAXII_CA: "/ca.pem", LOOKBACK_TAXII_PASSWORD: "p" };
    const [a, b] = ["taxii+https://a.example/", "taxii+https://b.example/"];
    expect(() => withAccess([{ path: a }, { path: b }], environment)).toThrow(
      "the credentials of one server, and https://a.example and https://b.example are asked",
    );
    expect(withAccess([{ path: a, access: { tokenEnv: "MINE" } }, { path: "x.csv" }], environment)).toEqual([
      { path: a, access: { tokenEnv: "MINE", ca: "/ca.pem" } },
      { path: "x.csv" },
    ]);
    expect(withAccess([{ path: "taxii+https://u@a.example/" }], environment)[0]!.access).toEqual({
      passwordEnv: "LOOKBACK_TAXII_PASSWORD",
      ca: "/ca.pem",
    });
  });

  it("shows a client certificate to a server whose authority is named, and says what TLS failed for", async () => {
    const at = (name: string): string => join(folder, name);
    const openssl = (...args: string[]): void => {
      execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
    };
    const signed = (name: string, extension: string): void => {
      openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.csr`,
        "-subj",
        `/CN=${name}`,
      );
      execFileSync("sh", ["-c", `printf '${extension}' > ${name}.ext`], { cwd: folder });
      openssl(
        "x509",
        "-req",
        "-in",
        `${name}.csr`,
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        `${name}.ext`,
        "-out",
        `${name}.pem`,
      );
    };
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=Test CA",
      "-days",
      "2",
    );
    signed("server", "subjectAltName=IP:127.0.0.1,DNS:feed.example");
    signed("stranger", "subjectAltName=DNS:elsewhere.example");
    signed("client", "extendedKeyUsage=clientAuth");
    openssl("ec", "-in", "client.key", "-aes256", "-passout", "pass:open sesame", "-out", "locked.key");
    const pem = (name: string): Promise<string> => readFile(at(name), "utf8");
    const [ca, cert, key] = await Promise.all(["ca.pem", "server.pem", "server.key"].map(pem));
    const server = await start(one(entries(1)), {
      cert: cert!,
      key: key!,
      ca: ca!,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const stranger = await start(one(entries(1)), { cert: await pem("stranger.pem"), key: await pem("stranger.key") });
    const plain = await start(one(entries(1)));
    const load = (address: string, access: TaxiiAccess, environment = {}) =>
      feeds(`${address}/api1/`, { environment }, access);

    const mine = { ca: at("ca.pem"), cert: at("client.pem"), key: at("client.key") };
    expect(idsOf((await load(server.address, mine))[0])).toHaveLength(1);
    // The same through a proxy, which sees nothing of it.
    const proxy = await startProxy(Number(new URL(server.base).port));
    process.env["https_proxy"] = proxy.base;
    try {
      expect(idsOf((await load("taxii+https://feed.example", mine))[0])).toHaveLength(1);
      expect(errors(await load("taxii+https://other.example", mine))).toEqual([
        "GET /api1/: the server's certificate is for another name",
      ]);
      process.env["https_proxy"] = "user:secret@proxy";
      expect(errors(await load("taxii+https://feed.example", mine))).toEqual([
        "the proxy that the environment names (http_proxy, https_proxy) is no valid address",
      ]);
    } finally {
      delete process.env["https_proxy"];
    }
    expect([...new Set(proxy.asked)]).toEqual(["feed.example:443", "other.example:443"]);
    const locked = { ...mine, key: at("locked.key"), keyPassphraseEnv: "PASS" };
    expect(idsOf((await load(server.address, locked, { PASS: "open sesame" }))[0])).toHaveLength(1);
    expect(errors(await load(server.address, locked, { PASS: "closed" }))).toEqual([
      expect.stringMatching(/cannot be used: (?!.*closed)/),
    ]);
    expect(errors(await load(server.address, { ca: mine.ca }))).toEqual([
      "GET /api1/: the connection was broken off (some servers do that where they want a client certificate), 4 times",
    ]);
    expect(errors(await load(server.address, {}))).toEqual([
      "GET /api1/: the server's certificate is not from an authority that this machine trusts: name its CA (ca, LOOKBACK_TAXII_CA)",
    ]);
    expect(errors(await load(stranger.address, mine))).toEqual([
      "GET /api1/: the server's certificate is for another name",
    ]);
    expect(errors(await load(plain.address.replace("http:", "https:"), mine))).toEqual([
      "GET /api1/: the server speaks no TLS on that port",
    ]);
  });
});
