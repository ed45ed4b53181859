/** Names, mail addresses and fingerprints in Zeek's logs. https://docs.zeek.org/en/master/logs/index.html */
import type { Event } from "../../model/event.js";
import { canonicalHost, mailsIn } from "../../model/host.js";
import { canonicalIp } from "../../model/ip.js";
import type { ZeekRecord } from "./zeek-record.js";

/** Answers of dns.log that are names; TXT answers are written `TXT 5 hello` and are none. */
export function namesAnswered(r: ZeekRecord): { data: string }[] {
  return r
    .list("answers")
    .filter(
      (answer) => answer.includes(".") && canonicalIp(answer) === undefined && canonicalHost(answer) !== undefined,
    )
    .map((data) => ({ data }));
}

/** Envelope before header: what the servers acted on, and what the reader is shown. */
export function mailEnds(r: ZeekRecord): NonNullable<Event["email"]> {
  const from = [r.text("mailfrom"), r.text("from")].map((value) => value ?? "").join(" ");
  const to = [...r.list("rcptto"), ...r.list("to"), ...r.list("cc")].join(" ");
  return { from: { address: mailsIn(from) }, to: { address: mailsIn(to) } };
}

export function hashes(r: ZeekRecord): NonNullable<Event["file"]> {
  const [md5, sha1, sha256] = [r.text("md5"), r.text("sha1"), r.text("sha256")];
  return {
    hash: {
      ...(md5 === undefined ? {} : { md5 }),
      ...(sha1 === undefined ? {} : { sha1 }),
      ...(sha256 === undefined ? {} : { sha256 }),
    },
  };
}

/** `ja3`, `ja3s` and `ja4` are the fields of Salesforce's and FoxIO's packages. */
export function handshake(r: ZeekRecord): NonNullable<Event["tls"]> {
  const [name, ja3, ja4, ja3s] = [r.text("server_name"), r.text("ja3"), r.text("ja4"), r.text("ja3s")];
  const version = r.text("version");
  return {
    client: {
      ...(name === undefined ? {} : { server_name: name }),
      ...(ja3 === undefined ? {} : { ja3 }),
      ...(ja4 === undefined ? {} : { ja4 }),
    },
    server: ja3s === undefined ? {} : { ja3s },
    ...(version === undefined ? {} : { version }),
  };
}
