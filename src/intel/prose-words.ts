/** What advisories' headings, columns and sentences say about the values beside them: English, French, German, Spanish, as tables. */

/**
 * What a part of a document is about. `network`: a list of indicators that says they are hosts or addresses. `benign`: not to be
 * hunted, in so many words. `bystanders`: victims, services that were abused.
 */
export type Topic =
  | "network"
  | "indicators"
  | "references"
  | "about"
  | "mitigation"
  | "benign"
  | "bystanders"
  | "other";

/** First match wins. Compared with headings, captions, column names and sentences that introduce a list. */
const TOPICS: readonly (readonly [Topic, RegExp])[] = [
  [
    "benign",
    /\b(?:false positives?|benign|known[- ]good|do not block|not malicious|faux positifs?|ne pas bloquer|fehlalarme?|unbedenklich\w*|nicht blockieren|falsos positivos|no bloquear)(?![\p{L}\p{N}])/iu,
  ],
  [
    "bystanders",
    /\b(?:legitimate|victims?|l[ée]gitimes?|victimes?|legitime[rns]?|opfer|leg[íi]tim[oa]s?|v[íi]ctimas?)(?![\p{L}\p{N}])/iu,
  ],
  [
    "network",
    /\b(?:network (?:indicators?|iocs?|artifacts?|observables?)|(?:malicious|c2|c&c|cnc|attacker|adversary|phishing|delivery|relay) (?:domains?|hosts?|hostnames?|urls?|ips?|ip addresses|addresses|servers?|infrastructure|network)|c2s?|c&c|cnc|command[- ]and[- ]control|domains?(?: names?)?|hostnames?|fqdns?|urls?|ip(?:v[46])?(?: addresse?s?)?|ips|e-?mail(?: addresse?s)?|senders?|noms? de domaines?|domaines?|adresses? ip|indicateurs r[ée]seau|serveurs? de commande|netzwerkindikatoren|dom[äa]nen?(?:namen)?|ip-adressen?|dominios?|direcci(?:[óo]n|ones) ip|infrastructure|infraestructura|infrastruktur)(?![\p{L}\p{N}])/iu,
  ],
  [
    "indicators",
    /\b(?:indicators?|iocs?|observables?|indicateurs?|marqueurs?|indikator(?:en)?|kompromittierungsindikatoren|indicador(?:es)?|indicatori|hashe?s|checksums?|md5|sha-?1|sha-?256|sha-?512|ja3s?|ja4|samples?|fingerprints?|condensats?|empreintes?|pr[üu]fsummen?|artefacts?|artifacts?|malicious|malveillant\w*|b[öo]sartig\w*|malicios[oa]s?)(?![\p{L}\p{N}])/iu,
  ],
  [
    "references",
    /\b(?:references?|r[ée]f[ée]rences?|further reading|see also|sources?|bibliograph\w*|footnotes?|notes|links?|liens?|resources|read more|additional information|literatur|quellen(?:angaben)?|verweise|weiterf[üu]hrend\w*|referencias|enlaces|fuentes|documentation)(?![\p{L}\p{N}])/iu,
  ],
  [
    "about",
    /\b(?:contacts?|contact us|about(?: us)?|acknowledge?ments?|disclaimer|copyright|legal|reporting|[àa] propos|kontakt|[üu]ber uns|impressum|contacto|acerca de|feedback|navigation|menu)(?![\p{L}\p{N}])/iu,
  ],
  [
    "mitigation",
    /\b(?:mitigations?|recommendations?|remediation|workarounds?|solutions?|patch(?:es)?|affected (?:products|versions)|recommandations?|mesures|correctifs?|systèmes affectés|empfehlung(?:en)?|ma(?:ß|ss)nahmen|abhilfe|recomendaci(?:[óo]n|ones)|mitigaci(?:[óo]n|ones))(?![\p{L}\p{N}])/iu,
  ],
];

const MAX_HEADING = 300;

export function topicOf(words: string): Topic {
  const text = words.slice(0, MAX_HEADING);
  return TOPICS.find(([, pattern]) => pattern.test(text))?.[0] ?? "other";
}

/** A sentence or row that calls the values in it hostile. */
export const HOSTILE =
  /(?<![\p{L}\p{N}])(?:c2|c&c|cnc|command[- ]and[- ]control|malicious|beacon\w*|exfiltrat\w*|call(?:s|ed|ing)?[- ]?back|phish\w*|attacker[- ]controlled|staging server|drop(?:ped|per) (?:site|url)|(?:down)?load(?:s|ed|ing)? (?:\S{1,40} ){0,4}from|malveillant\w*|serveurs? de commande|commande et (?:de )?contr[ôo]le|exfiltr\w*|hame[çc]onnage|b[öo]sartig\w*|sch[äa]dlich\w*|steuerungsserver|kontrollserver|malicios[oa]s?|comando y control)(?![\p{L}\p{N}])/iu;

/**
 * A row or sentence that says its values are not to be hunted. "Legitimate" alone does not: a legitimate site that was taken over is
 * an indicator.
 */
export const BENIGN =
  /\b(?:false positives?|do not block|should not be blocked|not malicious|(?:is|are) benign|known[- ]good|faux positifs?|ne pas bloquer|fehlalarme?|nicht blockieren|falsos? positivos?|no bloquear)(?![\p{L}\p{N}])/iu;
/** A cell of these words and no more. */
export const BENIGN_CELL =
  /^(?:legitimate|benign|victim|clean|known[- ]good|l[ée]gitime|b[ée]nin|legitim|unbedenklich|leg[íi]timo|benigno)$/iu;

/** Directly before four numbers, these make them a version, a section's number or an object identifier. */
export const VERSION_BEFORE =
  /(?:(?:^|[^\p{L}\p{N}])(?:versions?|ver\.?|v\.?|release|rel\.?|build|firmware|fw|hotfix|revision|rev\.?|oid|sections?|chapter|clause|§|abschnitt|kapitel|chapitre|versi[óo]n(?:es)?)[ \t:=]{0,3}(?:is |of |to |than |and |or |up to |before |prior to |[<>=≤≥]{1,2} ?)?|(?:^|[^\p{L}\p{N}])v)$/iu;
/** Products, before four numbers of which the first is small. */
export const PRODUCT_BEFORE =
  /(?:^|[^\p{L}\p{N}])(?:patch|update|kernel|openssl|openssh|chrome|chromium|firefox|edge|safari|windows|fortios|fortigate|pan-os|exchange|confluence|jira|vcenter|esxi|ivanti|citrix|netscaler|java|php|python|linux|android|ios|macos|office|acrobat|reader|sdk|driver|bios|uefi)[ \t:=]{1,3}$/iu;
/** Before four small numbers only: an address may follow these words as well. */
export const VERSION_MAYBE =
  /(?:(?:^|[^-=\p{L}\p{N}])[<>≤≥]=?[ \t]?|(?:^|[^\p{L}\p{N}])(?:before|prior to|earlier than|older than|later than|newer than|up to|upgrade to|fixed in|running|avant la?|ant[ée]rieures? [àa]|vor|bis|[äa]lter als|anterior(?:es)? a|hasta)[ \t]{1,3})$/iu;
/** After four small numbers. */
export const VERSION_AFTER =
  /^[ \t](?:(?:and|or|et|und|y) )?(?:earlier|below|prior|later|older|ant[ée]rieures?|[äa]lter|anteriores)\b/i;

/** Directly before a name, these say that it is where to read on. */
export const REFERRED_BEFORE =
  /(?:^|[^\p{L}\p{N}])(?:see|cf\.?|voir|siehe|vgl\.?|ver|refer to|according to|(?:described|documented|reported|published|available|found|hosted|detailed) (?:at|in|by|on|from|under)|(?:source|reference|details|more information|further information|visit|consulter|consultez|disponible (?:sur|à)|unter|v[ií]a)|read more(?: at)?)[ \t]{0,3}[:(<"]{0,2}[ \t]{0,3}(?:the |our |its )?$/iu;

/** Hexadecimal of a digest's length that is none of a file, by what stands before it. */
export const OTHER_DIGEST =
  /(?:^|[^\p{L}\p{N}])(commits?|revision|git|imphash|imp hash|authentihash|thumbprint|serial(?: number)?|ssdeep|tlsh|vhash|rich header hash|telfhash|guid|uuid|clsid|session id|api key|mutex|example hash|e\.g\.,?)(?:[ \t]{0,2}[:=#]?[ \t]{0,2}(?:sha-?1|hash|is)?[ \t]{0,2}["'`(]{0,2})$/iu;

/** Top-level domains that are endings of files, too. */
export const FILE_ENDINGS: ReadonlySet<string> = new Set(
  "py sh zip rs pl md ps so do in app com mov cc ai cab mk la gz br st ms pub bar bz bat js dev".split(" "),
);
/** Undefanged names of these never pass for domains outside a list of network indicators. */
export const PLAINLY_FILES: ReadonlySet<string> = new Set("py sh zip rs pl md ps so mov mk".split(" "));

/** Where advisories point their readers. Compared with undefanged hosts only, subdomains included. */
export const REFERENCE_HOSTS: ReadonlySet<string> = new Set(
  "mitre.org cve.org nist.gov cisa.gov first.org us-cert.gov ssi.gouv.fr cyber.gouv.fr bund.de ncsc.gov.uk cyber.gc.ca cyber.gov.au europa.eu virustotal.com abuse.ch malpedia.caad.fkie.fraunhofer.de any.run hybrid-analysis.com joesandbox.com urlscan.io shodan.io censys.io microsoft.com google.com mozilla.org apache.org w3.org ietf.org rfc-editor.org iana.org wikipedia.org github.com gitlab.com twitter.com x.com linkedin.com facebook.com youtube.com mandiant.com crowdstrike.com talosintelligence.com cisco.com fortinet.com paloaltonetworks.com sophos.com eset.com welivesecurity.com kaspersky.com securelist.com trendmicro.com symantec.com broadcom.com proofpoint.com sentinelone.com recordedfuture.com secureworks.com oracle.com adobe.com apple.com redhat.com debian.org ubuntu.com sans.org misp-project.org oasis-open.org".split(
    " ",
  ),
);

/** The small words of sentences; no feed has two in a line beside its value. */
export const SMALL =
  /^(?:the|a|an|of|and|to|in|is|are|was|were|has|have|been|this|that|these|which|with|from|by|for|on|at|as|we|it|its|not|be|or|le|la|les|des|du|une?|est|sont|et|dans|par|pour|sur|au|aux|ce|cette|ces|qui|que|der|die|das|den|dem|des|ein|eine|und|ist|sind|wird|werden|wurden?|von|mit|auf|f[üu]r|im|zu|el|los|las|una?|es|y|en|por|para|con|del|se)$/i;
