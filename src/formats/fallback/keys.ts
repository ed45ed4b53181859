/**
 * What a field's name says of its value. Names are read as words (`_`, `-`, `.`, camelCase and JSON nesting all part words), and
 * the longest run of last words that the table knows decides: `request.remoteAddress`, `downstream_remote_address` and
 * `RemoteAddr` are one.
 */

export type Kind =
  | `${"source" | "destination" | "remote" | "local" | "bare"}.${"ip" | "port" | "domain"}`
  /** `sip`: the source beside `dip`, the server beside `cip`. `originIP`: the server behind a proxy, or the one who asked. */
  | `${"sip" | "origin"}.ip`
  | `${"source" | "destination"}.${"bytes" | "packets" | "nat.ip" | "nat.port"}`
  | "observer.ip"
  | "forwarded"
  | "answer"
  | "question"
  | "question.type"
  /** Whom a client asks for: the host of a URL, the Host header, the TLS server name. */
  | `asked.${"host" | "header" | "sni"}`
  | `mail.${"from" | "to"}`
  | `hash.${"md5" | "sha1" | "sha256" | "sha512"}`
  | `tls.${"ja3" | "ja3s" | "ja4"}`
  | "action"
  | "event"
  | "status"
  | "user"
  | "time"
  | "date"
  /** Zone of the times beside it. */
  | "zone"
  | "host"
  | "transport"
  | "protocol"
  | "direction"
  | "url"
  | "method"
  | "agent"
  | "initiated"
  /** A user whom the program names only once the login has been tried. */
  | "login"
  | "message";

export interface Meaning {
  kind: Kind;
  /** Higher wins when two fields state one thing: a named client over a source, a source over the remote end of a socket. */
  rank: number;
  /** The name says who began: `client`, `attacker`, `initiator`, against the neutral `src`. */
  began?: boolean;
  /** The URL that was asked for: not a `redirect_uri`, `base_url`, `image.url`. */
  asked?: boolean;
}

const CLIENTS =
  "client cli clnt attacker offender initiator init originator originating orig caller calling requester requestor requesting visitor actor login user sender downstream viewer guest consumer invoker attack enduser";
const SOURCES = "src source from s";
const SERVERS =
  "server srv target tgt responder resp upstream backend victim receiver recipient called callee service vip virtualserver";
const DESTINATIONS = "dst dest destination to d";
const REMOTES = "remote rem peer foreign far r rmt";
const LOCALS = "local loc own l listener listen downstreamlocal";
const OBSERVERS =
  "device dev dvc sensor agent observer reporter exporter firewall fw gateway gw logger collector nas node pod deviceexternal host probe";

const ADDRESS =
  "ip ips ipaddr ipaddress ipaddresses address addresses addr ipv4 ipv6 ip4 ip6 ipv4addr ipv6addr ipv4address ipv6address networkaddress netaddr inet endpoint ipport hostip addressip addressip4 addressip6 addressipv4 addressipv6 ipv4v6 iporhost ipaddressv4 ipaddressv6";
const NAME = "host hostname fqdn domain domainname dns name hostnameorip";
const PORT = "port pt prt portnumber portnum";
const BARE = new Set(
  "src source client remote local peer attacker initiator offender dst dest destination server target upstream backend victim originator responder caller from downstream".split(
    " ",
  ),
);

const table = new Map<string, Meaning>();

function add(names: string, kind: Kind, rank = 5, began = false): void {
  for (const name of names.split(" "))
    if (!table.has(name)) table.set(name, began ? { kind, rank, began } : { kind, rank });
}

// Names that the rules below would not reach, or would read otherwise. These are entered first and so win.
add("oip saddr ipsrc ipsource srcipv4 sourceipv4 idorigh srcaddr iporig fromhostip sourceips", "source.ip", 6);
add("daddr ipdst ipdest ipdestination idresph dstaddr scomputerip", "destination.ip", 6);
add("srchostip srcap srcip4 srcip6 src4addr src6addr senderhost senderhostip", "source.ip", 5);
add("cip", "source.ip", 6, true);
add("sip", "sip.ip", 5);
add("dip dstap dstip4 dstip6 dst4addr dst6addr", "destination.ip", 5);
add("originip originaddress originaddr originipaddress", "origin.ip", 3);
// The exporter of a flow, beside the flow's own ends.
add("peeripsrc peeripdst", "observer.ip");
add(
  "xlatesrc xlatedsrc srcxlated natsrc srcnat snatip snataddress modsrc newsrcip srcxlatedip xlatesrcip srcnatip srcipnat natsourceip",
  "source.nat.ip",
);
add(
  "xlatedst xlateddst dstxlated natdst dstnat dnatip dnataddress moddst newdstip newdestip dstxlatedip xlatedstip dstnatip destnatip dstipnat",
  "destination.nat.ip",
);
add(
  "callingstationid clientendpoint clientaddress clientipaddr useripaddress sourcenetworkaddress externalclientip clientinfoip",
  "source.ip",
  7,
  true,
);
add("rhost rip raddr raddrip remoteendpoint ipremote peeraddr faddr fip remoteaddrport remotehostip", "remote.ip", 4);
add("lip laddr laddrip ourip ourinternaladdress interfaceip interfaceaddress", "local.ip", 4);
add("oport spt sport srcport idorigp", "source.port", 6);
add("service", "destination.port", 2);
add("dpt dport dstport idrespp", "destination.port", 6);
add("rport fport raddrport", "remote.port", 4);
add("lport laddrport", "local.port", 4);
add("initiated", "initiated", 5);
add(
  "xff xforwardedfor forwardedfor httpxforwardedfor xforwardedforip forwarded forwardedip xrealip realip httpxrealip trueclientip cfconnectingip xclientip httpclientip xoriginalforwardedfor forwardedaddress xforwarded clientipxff proxiedip",
  "forwarded",
  5,
);
add(
  "answers answer rdata rrdata resolvedip resolvedips dnsanswers dnsresolvedip queryresults dnsanswer answersdata ipanswers resolvedaddress ip4records ip6records",
  "answer",
  5,
);
add(
  "qname queryname questionname rrname dnsquestionname dnsquery dnsquestion queriedname question dnsqueryname dnsrrname queryhost qh",
  "question",
  5,
);
add(
  "action act eventaction disposition verdict decision policyaction fwaction ruleaction eventoutcome outcome deviceaction connstatus connectionstatus",
  "action",
  6,
);
add(
  "result authstatus loginstatus loginresult resultstatus consolelogin authresult state success eventresult errorcode errormessage error failurereason reason authenticationresult allowed blocked ok",
  "action",
  4,
);
add(
  "event eventtype eventname type log_type activity operation securityevent eventid activityname subtype msgid displaymessage eventdescription outcomereason",
  "event",
  3,
);
add(
  "status statuscode httpstatus httpstatuscode responsecode httpresponsestatuscode responsestatuscode scstatus downstreamstatus originstatus httpcode edgeresponsestatus responsestatus resstatuscode",
  "status",
  5,
);
add(
  "user username usr suser duser account accountname targetusername useremail uname remoteuser loginname usernameattempted sourceusername destinationusername identifier principal login email userid",
  "user",
  4,
);
add("timestamp ts time datetime eventtime logtime eventdatetime", "time", 8);
// When it happened comes before when a collector had it, and the beginning of a flow before its end.
add(
  "timegenerated generatedtime eventcreated eventtimestamp eventstarttime occurred occured occurredat occuredat",
  "time",
  6,
);
add(
  "starttime start started requesttime timestampms timestampus creationtime createdat created createddatetime timecreated systemtime utctime devicetime rt t when eventtv timelocal timeiso8601 timestart timestampstart edgestarttimestamp startutc startlocal activitydatetime datetimeutc tsms isotime timeunix unixtime timestampns asctime logdate timestampnanos epoch sourcerealtimetimestamp realtimetimestamp utcdatetime receivedat receivetime receivedtime timestampderived datecreate datecreated requesttimesec reqtimesec flowstart flowstarttime flowstartseconds flowstartmilliseconds flowstartmicroseconds flowstartnanoseconds timeflowstart timeflowstartms timeflowstartns lastseen firstpacket firstswitched sessionstart sessionstarttime",
  "time",
  5,
);
add("first", "time", -1);
add("timereceived timereceivedns publishedat published endtime end tdate sessionendtime", "time", 3);
add("at seen updatedat stampinserted", "time", 2);
add("received", "time", -2);
add("tz timezone utcoffset gmtoffset tzoffset timezoneoffset logtimezone", "zone", 5);
add("date", "date", 5);
add(
  "host hostname machine computer computername machinename devname devicename servername syslogserver hostidentifier syslogid sourcehostname",
  "host",
  4,
);
add("transport proto ipprotocol iptransport transportprotocol protocolname l4proto", "transport", 5);
add("protocol appproto app application applicationprotocol servicename", "protocol", 4);
add("direction directionname networkdirection dir flowdirection conndirection trafficdirection", "direction", 5);
add("url uri requesturi requesturl httpurl csuristem urloriginal httprequest path requestpath", "url", 4);
add("method httpmethod requestmethod csmethod verb httprequestmethod", "method", 4);
add("useragent httpuseragent csuseragent ua useragentoriginal browser", "agent", 4);
add(
  "message msg log line raw originalmessage eventoriginal textpayload originallog rawmessage logmessage shortmessage fullmessage rawlog rawevent attackmessage body",
  "message",
  4,
);
add(
  "sourcebytes srcbytes origbytes bytestoserver origipbytes bytesin clientbytes csbytes bytesfromclient initiatorbytes sentbyte sentbytes bytessent sent in",
  "source.bytes",
  4,
);
add(
  "destinationbytes dstbytes destbytes respbytes bytestoclient respipbytes serverbytes scbytes bytesfromserver responderbytes rcvdbyte rcvdbytes recvbytes receivedbytes bytesreceived bytesrcvd bytesout rcvd out",
  "destination.bytes",
  4,
);
add(
  "srcpackets sourcepackets origpkts packetstoserver packetsfromclient initiatorpackets sentpkt sentpkts packetssent",
  "source.packets",
  4,
);
add(
  "dstpackets destinationpackets resppkts packetstoclient packetsfromserver responderpackets rcvdpkt rcvdpkts recvpkts packetsreceived",
  "destination.packets",
  4,
);
add("urldomain urlhost urlhostname", "asked.host");
add("requesthost httphost httphostname hostheader headershost headerhost", "asked.header");
add(
  "sni tlssni sslsni servernameindication tlsservername sslservername tlsclientservername clientservername",
  "asked.sni",
);
add(
  "mailfrom envelopefrom smtpfrom emailfrom emailfromaddress headerfrom sender senderaddress senderemail emailsender mailsender",
  "mail.from",
);
add(
  "rcptto rcpt envelopeto emailto emailtoaddress recipient recipients recipientaddress recipientemail mailto toaddresses",
  "mail.to",
);
for (const digest of ["md5", "sha1", "sha256", "sha512"] as const)
  add(`${digest} ${digest}hash file${digest} hash${digest} ${digest}sum`, `hash.${digest}`);
for (const print of ["ja3", "ja3s", "ja4"] as const) add(`${print} ${print}hash ${print}digest`, `tls.${print}`);
add("urlfull fullurl", "url", 4);
add("saslusername", "login", 4);
add("ip ipaddress ipaddr ipv4 ipv6 address addr ipstring iporhost ips ipaddresses", "bare.ip", 1);
add("port", "bare.port", 1);

function cross(ends: string, side: "source" | "destination" | "remote" | "local", rank: number, began: boolean): void {
  for (const end of ends.split(" ")) {
    for (const a of ADDRESS.split(" ")) add(end + a, `${side}.ip`, rank, began);
    // "from name", "user name": only ends that are hosts have host names.
    if (end.length > 1 && !/^(?:user|login|actor|sender|from|to|service|attack|guest|recipient)$/.test(end))
      for (const a of NAME.split(" ")) add(end + a, `${side}.domain`, rank, began);
    for (const a of PORT.split(" ")) add(end + a, `${side}.port`, rank, began);
    if (end.length > 2) {
      add(`ip${end} addr${end} address${end} ipaddress${end}`, `${side}.ip`, rank, began);
      add(`port${end}`, `${side}.port`, rank, began);
    }
    if (BARE.has(end)) add(end, `${side}.ip`, rank - 1, began);
  }
}
cross(CLIENTS, "source", 7, true);
cross(SOURCES, "source", 6, false);
cross(SERVERS, "destination", 5, true);
cross(DESTINATIONS, "destination", 6, false);
cross(REMOTES, "remote", 4, false);
cross(LOCALS, "local", 4, false);
for (const end of OBSERVERS.split(" ")) for (const a of ADDRESS.split(" ")) add(end + a, "observer.ip");

/** Before a known name, these make it something else: a translated address, or an address of another time or matter. */
const TRANSLATED = /^(?:x?nat|xlate|xlated|translated|trans|tran|mapped|post|postnat|natted|snat|dnat)$/;
const OTHER =
  /^(?:previous|prev|last|old|geo|geoip|whitelist|blacklist|allow|deny|next|dns|mac|hw|subnet|netmask|gateway|via|proxy|count|num|total|first|referer|referrer|origin|uri|url|args|query|params|cookie|cookies|related|indicator|ioc|intel|enrichment|observable)$/;

/** Before a URL's name, these leave it the one that was asked for. */
const ASKING =
  /^(?:http|https|request|req|event|data|fields|log|logs|record|dest|destination|dst|target|remote|url|web|proxy)$/;

/** Before a time zone's name, these leave it the record's own. */
const ZONE_OF = /^(?:event|log|system|sys|time|record|date|timestamp)$/;

/** Names run together behind what the record is about: `connsrcip`, `flowdstport`. */
const GLUED =
  /^(?:conn|connection|net|flow|pkt|packet|fw|tcp|udp|evt|event|traffic|sess|session|vpn|request)((?:src|dst|source|destination|dest|client|server|newsrc|newdst|newdest)(?:ip|ipaddr|ipaddress|addr|address|port))$/;

const HEADERS = /^(?:headers?|requestheaders?|httpheaders?)$/;

/** Names of what a visitor sends as he likes: its text is never read for fields, nor taken for a line of its own. */
const VISITOR =
  /^(?:url|uri|requesturi|path|query|querystring|args|arguments|params?|parameters|form|formdata|cookies?|headers?|header|referer|referrer|useragent|ua|agent|browser|user|username|login|account|subject|title|sni|servername|helo|host|hostheader|filename|payload|question|qname)$/;

/** True when `key` (or a path of names) is of a value that a visitor chose. */
export function isVisitors(key: string): boolean {
  if (key.length > 200) return false;
  const words = keyWords(key);
  return words.some((word, i) => VISITOR.test(word) || (i > 0 && VISITOR.test(words[i - 1]! + word)));
}

/** Times of something other than the event. */
const OTHER_TIME =
  /^(?:expir\w*|expiry|exp|valid\w*|until|after|before|not|birth\w*|previous|last|next|uptime|up|elapsed|duration|idle|ttl|cert\w*|token|build|install\w*|boot)$/;

/** Counters by their whole name only (CEF's `in`): `logged_in` and `mails_sent` count something else. */
const WHOLE = /^(?:in|out|sent|rcvd)$/;

const cache = new Map<string, Meaning | undefined>();
const CACHE_LIMIT = 20_000;

/** The words of a name, lower case: `sourceIPAddress` → source, ip, address. */
export function keyWords(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((w) => w !== "");
}

/** What `key` says of its value: the last name of a path, or a path joined with `.`. Undefined for a name that says nothing. */
export function meaningOf(key: string): Meaning | undefined {
  if (key.length > 200) return undefined;
  let found = cache.get(key);
  if (found !== undefined || cache.has(key)) return found;
  found = lookUp(key);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(key, found);
  return found;
}

function lookUp(key: string): Meaning | undefined {
  const words = keyWords(key);
  // W3C extended logs: `s-ip` is the server's (`sip` elsewhere is the source's).
  if (words.length === 2 && words[0] === "s" && key.includes("-") && (words[1] === "ip" || words[1] === "port"))
    return { kind: words[1] === "ip" ? "destination.ip" : "destination.port", rank: 5, began: true };
  while (words.length > 1 && /^(?:\d{1,3}|value|keyword|str|string|text|raw|v4|v6)$/.test(words.at(-1)!)) words.pop();
  for (let n = Math.min(words.length, 4); n > 0; n--) {
    const name = words.slice(-n).join("");
    let found = table.get(name);
    if (!found || (words.length > 1 && WHOLE.test(name))) continue;
    const before = words.slice(0, -n);
    if (found.kind.startsWith("bare.")) {
      // "destination.geo.ip": the nearest end above gives a bare name its side.
      for (const word of before.toReversed()) {
        const above = table.get(word + (found.kind === "bare.ip" ? "ip" : "port"));
        if (above) {
          found = { ...above, rank: above.rank - 2 };
          break;
        }
      }
    }
    if (found.kind === "url") return before.every((word) => ASKING.test(word)) ? { ...found, asked: true } : found;
    // The Host header of a request is not the machine that logged.
    if (found.kind === "host" && before.some((w) => /^(?:request|req|http|headers?|url)$/.test(w))) return undefined;
    // The zone of a place or a visitor is not the one that the record's times are in.
    if (found.kind === "zone") return before.every((word) => ZONE_OF.test(word)) ? found : undefined;
    const at = /^(source|destination)\.(ip|port)$/.exec(found.kind);
    if (found.kind === "time" && before.length > 0) {
      if (before.some((w) => OTHER_TIME.test(w))) return undefined;
      found = { ...found, rank: found.rank - 2 };
    }
    // What stands under "headers" was written by the client: at most a claim of whom it forwards for.
    if (before.some((w) => HEADERS.test(w)) && /\.(?:ip|port|domain)$/.test(found.kind))
      return found.kind === "source.ip" ? { kind: "forwarded", rank: found.rank } : undefined;
    if (/\.(?:ip|port|domain)$/.test(found.kind)) {
      if (at && before.some((w) => TRANSLATED.test(w)))
        return { kind: `${at[1]}.nat.${at[2]}` as Kind, rank: found.rank };
      if (before.some((w) => OTHER.test(w))) return undefined;
    }
    return found;
  }
  const glued = words.length === 1 ? GLUED.exec(words[0]!) : null;
  const inner = glued ? table.get(glued[1]!) : undefined;
  if (inner) return { ...inner, rank: inner.rank - 1 };
  // "natsrcip", "xlatesourceip", "src nat ip", "post nat src address": the translation may stand anywhere in the name.
  const m =
    /^(?:x?nat|xlate[d]?|trans(?:lated)?|mapped|post|postnat)?(src|source|dst|dest|destination)(?:x?nat|xlate[d]?|trans(?:lated)?|mapped)?(ip|ipaddress|addr|address|port)$/.exec(
      words.join(""),
    );
  if (!m) return undefined;
  const side = m[1]!.startsWith("s") ? "source" : "destination";
  return { kind: `${side}.nat.${m[2] === "port" ? "port" : "ip"}`, rank: 5 };
}
