/** fw-paris/: the border firewall, seven months; the first and largest source of the example. */
import { anyTimes, beaconTimes, FROM, END, HOUR, MONTH_STARTS, officeTimes } from "./clock.js";
import { type Beacon, beacons, type Context, IMPLANT_WORKSTATION, randomFor } from "./context.js";
import * as line from "./fortigate-lines.js";
import { FGT_PARIS } from "./fortigate-lines.js";
import { HOSTS, KNOCKED, SITES, USERS, workstation, type World } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import type { Entry } from "./writer.js";

const LINES_A_MONTH = 7000;

/** The workstation's calls, shared with the Zeek sensor that stood on the same link. */
export function workstationBeacons(context: Context): Beacon[] {
  const times = beaconTimes(
    randomFor(context, "implant-workstation/times"),
    IMPLANT_WORKSTATION.from,
    IMPLANT_WORKSTATION.to,
    IMPLANT_WORKSTATION.period,
  );
  return beacons(context, "implant-workstation", times);
}

function outbound(random: Random, world: World, at: number): string {
  const udp = random.chance(0.2);
  const sport = random.ephemeral();
  return line.traffic(random, at, FGT_PARIS, {
    src: udp ? HOSTS.resolver : workstation(random),
    sport,
    dst: random.pick(world.servers),
    dport: udp ? random.pick([53, 123]) : random.chance(0.9) ? 443 : 80,
    proto: udp ? 17 : 6,
    from: "lan",
    action: udp ? "accept" : random.pick(["close", "close", "close", "timeout", "client-rst"] as const),
    sent: random.int(70, 6000),
    received: random.int(90, 90_000),
    duration: random.int(1, 240),
    nat: { kind: "snat", ip: HOSTS.firewallWan, port: sport },
  });
}

function inboundAccepted(random: Random, at: number, src: string): string {
  const mail = random.chance(0.3);
  const dport = mail ? random.pick([25, 443]) : 443;
  return line.traffic(random, at, FGT_PARIS, {
    src,
    sport: random.ephemeral(),
    dst: mail ? HOSTS.mailPublic : HOSTS.wwwPublic,
    dport,
    from: "wan",
    action: "close",
    sent: random.int(600, 5000),
    received: random.int(900, 120_000),
    duration: random.int(1, 90),
    nat: { kind: "dnat", ip: mail ? HOSTS.mail : HOSTS.www, port: dport },
  });
}

function inboundDenied(random: Random, at: number, src: string, subtype: "forward" | "local"): string {
  return line.traffic(random, at, FGT_PARIS, {
    subtype,
    src,
    sport: random.ephemeral(),
    dst: subtype === "local" ? HOSTS.firewallWan : `198.51.100.${random.int(4, 250)}`,
    dport: random.pick(KNOCKED),
    from: "wan",
    action: "deny",
    sent: 0,
    received: 0,
  });
}

function background(random: Random, world: World, at: number): string {
  const kind = random.next();
  if (kind < 0.56) return outbound(random, world, at);
  if (kind < 0.8)
    return inboundDenied(random, at, random.pick(world.strangers), random.chance(0.4) ? "local" : "forward");
  if (kind < 0.91) return inboundAccepted(random, at, random.pick(world.strangers));
  const site = random.pick(SITES);
  if (kind < 0.97)
    return line.webfilter(random, at, FGT_PARIS, {
      src: workstation(random),
      dst: random.pick(world.servers),
      hostname: site,
      url: `https://${site}/`,
      action: random.chance(0.1) ? "blocked" : "passthrough",
      user: random.pick(USERS).toUpperCase(),
    });
  if (kind < 0.985)
    return line.ips(random, at, FGT_PARIS, {
      src: random.pick(world.strangers),
      sport: random.ephemeral(),
      dst: HOSTS.wwwPublic,
      dport: 443,
      action: random.chance(0.8) ? "dropped" : "detected",
      attack: random.pick(["Apache.Struts.OGNL.Remote.Code.Execution", "PHPUnit.Eval-stdin.PHP.Remote.Code.Execution"]),
    });
  // FortiOS writes engine and database versions with five numbers.
  return line.systemEvent(
    at,
    FGT_PARIS,
    "FortiGate update succeeded",
    `Fortigate scheduled update fcni=yes fdni=yes fsci=yes idsdb(${random.int(17, 18)}.${random.int(1, 250)}.00${random.int(100, 999)})`,
  );
}

function planted(context: Context, random: Random): Entry[] {
  const { cast } = context;
  const out: Entry[] = [];
  const put = (at: number, text: string, plant: Plant): void => void out.push({ at, text, plants: [plant] });

  for (const relay of cast.probers)
    for (const at of anyTimes(random, FROM, END - HOUR, random.int(1, 7))) {
      const subtype = random.chance(0.4) ? "local" : "forward";
      put(at, inboundDenied(random, at, relay, subtype), {
        case: "fw-probe-denied",
        indicator: relay,
        role: "source",
        outcome: "blocked",
        verdict: "probe-blocked",
        note: `FortiGate ${subtype} traffic, action=deny, from outside`,
      });
    }
  for (const relay of cast.probers.slice(0, 12)) {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    const text = line.ips(random, at, FGT_PARIS, {
      src: relay,
      sport: random.ephemeral(),
      dst: HOSTS.mailPublic,
      dport: 443,
      action: "dropped",
      attack: "MS.Exchange.Server.ProxyRequestHandler.Remote.Code.Execution",
    });
    put(at, text, {
      case: "fw-probe-ips",
      indicator: relay,
      role: "source",
      outcome: "blocked",
      verdict: "probe-blocked",
      note: "IPS dropped it; direction=outgoing is client to server, not out of the network",
    });
  }
  for (const relay of cast.probers.slice(12, 24)) {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    const text = line.traffic(random, at, FGT_PARIS, {
      src: relay,
      sport: random.ephemeral(),
      dst: HOSTS.extranetPublic,
      dport: 8443,
      from: "wan",
      action: "timeout",
      sent: 120,
      received: 0,
      duration: 20,
      nat: { kind: "dnat", ip: HOSTS.extranet, port: 8443 },
    });
    put(at, text, {
      case: "fw-probe-unanswered",
      indicator: relay,
      role: "source",
      outcome: "unanswered",
      verdict: "probe",
      note: "let through, timed out, rcvdbyte=0",
    });
  }
  for (const relay of cast.visitors)
    for (const at of anyTimes(random, FROM, END, 2))
      put(at, inboundAccepted(random, at, relay), {
        case: "fw-contact",
        indicator: relay,
        role: "source",
        outcome: "established",
        verdict: "contact",
        note: "accepted from outside, bytes both ways, to a public server behind destination NAT",
      });
  for (const relay of cast.probers.slice(30, 34)) {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    put(at, line.adminLoginFailed(random, at, FGT_PARIS, relay, HOSTS.firewallWan), {
      case: "fw-admin-login",
      indicator: relay,
      role: "source",
      outcome: "refused",
      verdict: "probe",
      note: "administrator login failed; the address stands in ui, srcip and msg and is one sighting",
    });
  }
  for (const b of workstationBeacons(context))
    put(
      b.at,
      line.traffic(random, b.at, FGT_PARIS, {
        src: HOSTS.workstation,
        sport: b.sport,
        dst: cast.implantWorkstation,
        dport: 443,
        from: "lan",
        action: random.chance(0.5) ? "close" : "accept",
        sent: b.sent,
        received: b.received,
        duration: b.duration,
        nat: { kind: "snat", ip: HOSTS.firewallWan, port: b.natPort },
      }),
      {
        case: "implant-workstation",
        indicator: cast.implantWorkstation,
        role: "destination",
        outcome: "established",
        verdict: "callout",
        note: "a workstation to a relay's port 443, bytes both ways",
      },
    );
  for (const relay of cast.dead.slice(0, 5))
    for (const at of anyTimes(random, FROM, END, 3)) {
      const denied = random.chance(0.5);
      const sport = random.ephemeral();
      const text = line.traffic(random, at, FGT_PARIS, {
        src: workstation(random),
        sport,
        dst: relay,
        dport: denied ? 8080 : 443,
        from: "lan",
        action: denied ? "deny" : "timeout",
        sent: denied ? 0 : 180,
        received: 0,
        ...(denied ? {} : { duration: 15, nat: { kind: "snat" as const, ip: HOSTS.firewallWan, port: sport } }),
      });
      put(at, text, {
        case: denied ? "fw-callout-denied" : "fw-callout-unanswered",
        indicator: relay,
        role: "destination",
        outcome: denied ? "blocked" : "unanswered",
        verdict: "callout-attempt",
        note: denied ? "own workstation, action=deny" : "own workstation, timed out, rcvdbyte=0",
      });
    }
  const vip = Date.UTC(2021, 4, 11, 13, 20, 31);
  put(
    vip,
    line.traffic(random, vip, FGT_PARIS, {
      src: HOSTS.backupServer,
      sport: random.ephemeral(),
      dst: HOSTS.subcontractorVip,
      dport: 8443,
      from: "lan",
      action: "timeout",
      sent: 240,
      received: 0,
      duration: 20,
      nat: { kind: "dnat", ip: cast.dead[5]!, port: 8443 },
    }),
    {
      case: "fw-translated",
      indicator: cast.dead[5]!,
      role: "translated",
      outcome: "unanswered",
      verdict: "callout-attempt",
      note: "a VIP for a subcontractor's site is translated to the relay (tranip): the true far end of an own host's attempt",
    },
  );
  const word = cast.mentioned[0]!;
  const said = Date.UTC(2021, 6, 21, 8, 2, 5);
  put(
    said,
    line.systemEvent(said, FGT_PARIS, "Attribute configured", `Edit firewall.address relais-21: blocks ${word}.`),
    {
      case: "mention-config",
      indicator: word,
      role: "mention",
      outcome: "unknown",
      verdict: "mention",
      note: "an administrator adds the address to a block list; a full stop ends the sentence",
    },
  );
  return out;
}

function nearMisses(context: Context, random: Random): Entry[] {
  const traps: [string, string][] = [
    ["15.143.219.230", "5.143.219.230 and 95.143.219.230 with another first octet"],
    ["195.143.219.230", "a digit before 95.143.219.230"],
    ["95.143.219.23", "a prefix of 95.143.219.230"],
    ["85.143.219.230", "one digit off 95.143.219.230"],
    ["105.157.234.1", "neighbour of the listed host 105.157.234.0"],
    ["197.53.21.1", "neighbour of the listed host 197.53.21.0"],
    ["12.50.208.83", "a digit before 2.50.208.83"],
    ["45.8.16.49", "a digit before 5.8.16.49"],
    ["195.73.249.55", "a digit before 95.73.249.55"],
    ["95.73.248.6", "a prefix of 95.73.248.63"],
  ];
  return traps.map(([address, miss]) => {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    if (context.cast.listed.includes(address)) throw new Error(`${address} is listed`);
    return { at, text: inboundDenied(random, at, address, "forward"), miss };
  });
}

/** The log server was down on these two days (UTC): no relay is met on them, and no line is left. */
export const SILENT = { from: Date.UTC(2021, 2, 5), to: Date.UTC(2021, 2, 7) } as const;

/** Monthly archives, most of them gzipped; June was rotated by size into three pieces. */
export function writeFortigate(context: Context): void {
  const random = randomFor(context, "fw-paris");
  const special = [...planted(context, random), ...nearMisses(context, random)];
  for (let month = 0; month < 7; month++) {
    const from = MONTH_STARTS[month]!;
    const to = MONTH_STARTS[month + 1]!;
    const entries: Entry[] = officeTimes(random, from, to, LINES_A_MONTH).map((at) => ({
      at,
      text: background(random, context.world, at),
    }));
    entries.push(...special.filter((entry) => entry.at >= from && entry.at < to));
    const kept = entries.filter(({ at }) => at < SILENT.from || at >= SILENT.to);
    const base = `fw-paris/fortigate-2021-0${month + 1}.log`;
    if (month === 5) {
      const cuts = [from, from + (to - from) * 0.4, from + (to - from) * 0.75, to];
      const names = [`${base}.2.gz`, `${base}.1`, base];
      names.forEach((name, i) => {
        const piece = kept.filter((entry) => entry.at >= cuts[i]! && entry.at < cuts[i + 1]!);
        context.writer.add(name, piece, { mtime: Math.floor(cuts[i + 1]! / 1000) * 1000, gzip: name.endsWith(".gz") });
      });
    } else {
      const zipped = month !== 3 && month !== 6;
      context.writer.add(zipped ? `${base}.gz` : base, kept, { mtime: to, gzip: zipped });
    }
  }
}
