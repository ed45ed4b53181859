/**
 * exchange/: IIS W3C logs of an Exchange server, one file a day, UTC, CRLF.
 * https://learn.microsoft.com/windows/win32/http/w3c-logging
 */
import { anyTimes, DAY, END, FROM, officeTimes, utcIso } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { HOSTS, USER_AGENTS, USERS } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import type { Entry } from "./writer.js";

const LINES_A_DAY = 215;

const DEFAULT_FIELDS =
  "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken";
/** After the patch night of March the administrators logged everything: c-ip moved. */
const FULL_FIELDS =
  "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken";
export const PATCH_NIGHT = Date.UTC(2021, 2, 4, 21, 30);

interface Request {
  method: string;
  stem: string;
  query?: string;
  user?: string;
  client: string;
  agent: string;
  status: number;
  substatus?: number;
  win32?: number;
}

function render(random: Random, at: number, r: Request): string {
  const iso = utcIso(at);
  const values: Record<string, string | number> = {
    date: iso.slice(0, 10),
    time: iso.slice(11, 19),
    "s-sitename": "W3SVC1",
    "s-computername": "EXCH01",
    "s-ip": HOSTS.mail,
    "cs-method": r.method,
    "cs-uri-stem": r.stem,
    "cs-uri-query": r.query ?? "-",
    "s-port": 443,
    "cs-username": r.user ?? "-",
    "c-ip": r.client,
    "cs-version": "HTTP/1.1",
    "cs(User-Agent)": r.agent.replaceAll(" ", "+"),
    "cs(Referer)": "-",
    "cs-host": "mail.exemple.example",
    "sc-status": r.status,
    "sc-substatus": r.substatus ?? 0,
    "sc-win32-status": r.win32 ?? 0,
    "sc-bytes": random.int(300, 40_000),
    "cs-bytes": random.int(300, 4000),
    "time-taken": random.int(3, 900),
  };
  const fields = (at < PATCH_NIGHT ? DEFAULT_FIELDS : FULL_FIELDS).split(" ");
  return fields.map((field) => values[field]).join(" ");
}

function directives(at: number): string[] {
  const iso = utcIso(at);
  return [
    "#Software: Microsoft Internet Information Services 10.0",
    "#Version: 1.0",
    `#Date: ${iso.slice(0, 10)} ${iso.slice(11, 19)}`,
    `#Fields: ${at < PATCH_NIGHT ? DEFAULT_FIELDS : FULL_FIELDS}`,
  ];
}

const domainUser = (user: string): string => `EXEMPLE\\${user}`;
const ACTIVE_SYNC = "Apple-iPhone12C1/1804.40";

function background(random: Random, context: Context, at: number): string {
  const user = random.pick(USERS);
  const inside = random.chance(0.5);
  const client = inside ? `10.20.${random.int(30, 35)}.${random.int(10, 200)}` : random.pick(context.world.strangers);
  const agent = random.pick(USER_AGENTS);
  const kind = random.next();
  if (kind < 0.3)
    return render(random, at, {
      method: "POST",
      stem: "/Microsoft-Server-ActiveSync/default.eas",
      query: `Cmd=Ping&User=${user}&DeviceId=${random.word(26, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")}&DeviceType=iPhone`,
      user: domainUser(user),
      client,
      agent: ACTIVE_SYNC,
      status: 200,
    });
  if (kind < 0.55)
    return render(random, at, {
      method: "POST",
      stem: "/EWS/Exchange.asmx",
      query: `&CorrelationID=<empty>;&cafeReqId=${random.hex(8)}-${random.hex(4)}-${random.hex(12)};`,
      user: domainUser(user),
      client,
      agent: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.4266; Pro)",
      status: 200,
    });
  if (kind < 0.72)
    return render(random, at, { method: "GET", stem: "/owa/", user: domainUser(user), client, agent, status: 200 });
  if (kind < 0.8)
    return render(random, at, {
      method: "GET",
      stem: "/owa/auth/logon.aspx",
      query: "url=https%3a%2f%2fmail.exemple.example%2fowa%2f&reason=0",
      client,
      agent,
      status: 200,
    });
  if (kind < 0.9)
    return render(random, at, {
      method: "POST",
      stem: "/autodiscover/autodiscover.xml",
      client,
      agent: "Microsoft Office/16.0",
      status: 401,
      substatus: 1,
      win32: 2148074254,
    });
  // HealthMailbox probes: Exchange's build number has four parts, its user agent none.
  return render(random, at, {
    method: "GET",
    stem: "/ecp/exhealth.check",
    query: "&ver=15.2.792.10",
    client: "127.0.0.1",
    agent: "AMProbe/Local/ClientAccess",
    status: 200,
  });
}

function planted(context: Context, random: Random): Entry[] {
  const { cast } = context;
  const out: Entry[] = [];
  const put = (at: number, request: Request, plant: Omit<Plant, "indicator" | "role">): void =>
    void out.push({
      at,
      text: render(random, at, request),
      plants: [{ ...plant, indicator: request.client, role: "source" }],
    });
  const agent = USER_AGENTS[2]!;
  const patchDay = Math.floor(PATCH_NIGHT / DAY) * DAY;
  // One visitor on each side of the field change, in the same file.
  const visits: [string, number][] = [
    [cast.visitors[0]!, patchDay + 9 * 3_600_000],
    [cast.visitors[0]!, PATCH_NIGHT + 1_800_000],
    ...cast.visitors.map((relay): [string, number] => [relay, anyTimes(random, FROM, END, 1)[0]!]),
  ];
  for (const [client, at] of visits)
    put(
      at,
      { method: "GET", stem: "/owa/auth/logon.aspx", query: "reason=0", client, agent, status: 200 },
      {
        case: "owa-contact",
        outcome: "established",
        verdict: "contact",
        note: "the public logon page, status 200, no user",
      },
    );
  for (const client of cast.probers.slice(0, 40))
    put(
      anyTimes(random, FROM, END, 1)[0]!,
      {
        method: "POST",
        stem: random.pick(["/EWS/Exchange.asmx", "/autodiscover/autodiscover.xml", "/ecp/y.js"]),
        client,
        agent: "python-requests/2.25.1",
        status: 401,
        substatus: 1,
        win32: 1326,
      },
      { case: "owa-probe", outcome: "refused", verdict: "probe", note: "status 401" },
    );
  const client = cast.mailThief;
  const user = domainUser("m.durand");
  const entered = Date.UTC(2021, 4, 18, 22, 41, 7);
  const steps: Request[] = [
    { method: "GET", stem: "/owa/", user, client, agent, status: 200 },
    {
      method: "POST",
      stem: "/owa/service.svc",
      query: "action=FindItem&EP=1&ID=-14&AC=1",
      user,
      client,
      agent,
      status: 200,
    },
    {
      method: "POST",
      stem: "/owa/service.svc",
      query: "action=GetItem&EP=1&ID=-15&AC=1",
      user,
      client,
      agent,
      status: 200,
    },
    {
      method: "POST",
      stem: "/EWS/Exchange.asmx",
      user,
      client,
      agent: "ExchangeServicesClient/15.00.0913.015",
      status: 200,
    },
    {
      method: "POST",
      stem: "/Microsoft-Server-ActiveSync/default.eas",
      query: "Cmd=Sync&User=m.durand&DeviceId=ANDROIDC1234567890&DeviceType=Android",
      user,
      client,
      agent: "Android/10-EAS-2.0",
      status: 200,
    },
  ];
  put(
    entered - 45_000,
    { method: "GET", stem: "/owa/auth/logon.aspx", query: "reason=0", client, agent, status: 200 },
    {
      case: "owa-access",
      outcome: "established",
      verdict: "contact",
      note: "the page before the login",
    },
  );
  steps.forEach((request, i) =>
    put(entered + i * 61_000, request, {
      case: "owa-access",
      outcome: "authenticated",
      verdict: "access",
      note: "cs-username is set and the status is 200",
    }),
  );
  return out;
}

export function writeExchange(context: Context): void {
  const random = randomFor(context, "exchange");
  const special = planted(context, random);
  special.push({
    at: Date.UTC(2021, 1, 2, 10),
    text: render(random, Date.UTC(2021, 1, 2, 10), {
      method: "GET",
      stem: "/owa/auth/logon.aspx",
      query: "client=host-105-154-12-165.example.net&build=1.105.154.12.165",
      client: context.world.strangers[5]!,
      agent: USER_AGENTS[0]!,
      status: 200,
    }),
    miss: "105.154.12.165 with dashes in a host name, and as the tail of five dotted numbers",
  });
  for (let day = FROM; day < END; day += DAY) {
    const entries: Entry[] = officeTimes(random, day, day + DAY, LINES_A_DAY).map((at) => ({
      at,
      text: background(random, context, at),
    }));
    entries.push(...special.filter((entry) => entry.at >= day && entry.at < day + DAY));
    // First in the list: of equal times the earlier entry is written first.
    if (PATCH_NIGHT >= day && PATCH_NIGHT < day + DAY)
      entries.unshift(...directives(PATCH_NIGHT).map((text) => ({ at: PATCH_NIGHT, text })));
    const name = utcIso(day).slice(2, 10).replaceAll("-", "");
    context.writer.add(`exchange/u_ex${name}.log`, entries, {
      mtime: day + DAY,
      header: directives(day),
      eol: "\r\n",
    });
  }
}
