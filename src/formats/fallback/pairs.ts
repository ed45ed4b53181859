/** Takes `key=value`, `key: value`, JSON fragments and XML elements out of a line, whatever parts them. */

export interface Pair {
  key: string;
  value: string;
  /** Position of the key, and after the value. */
  start: number;
  end: number;
}

const MOST = 256;
const KEY_CHAR = /[\w.@$-]/;
const LONGEST_KEY = 64;
const LONGEST_VALUE = 512;
/** Up to what parts pairs; a bracket belongs to the value when it opened in it (`relay=mx.example[192.0.2.1]:25`). */
const BARE_VALUE = /[^\s,;|"'()<>{}[\]]{0,512}(?:\[[^\s[\]]{0,128}\][^\s,;|"'()<>{}[\]]{0,64})?/y;

/** Pairs in order, at most 256. A pair inside a URL's query (after `?` or `&`) is the visitor's, not the log's, and is left out. */
export function findPairs(line: string): Pair[] {
  const out: Pair[] = [];
  equalsPairs(line, out);
  if (line.includes(":")) colonPairs(line, out);
  if (line.includes("</")) elementPairs(line, out);
  return out;
}

function equalsPairs(line: string, out: Pair[]): void {
  const n = line.length;
  let floor = 0;
  for (let at = line.indexOf("="); at >= 0 && out.length < MOST; at = line.indexOf("=", at + 1)) {
    let start = at;
    while (start > floor && at - start < LONGEST_KEY && KEY_CHAR.test(line[start - 1]!)) start--;
    // "SrcIPAddr(1003)=…": the field's number, as Comware writes it.
    const numbered =
      start === at && line[at - 1] === ")" ? NUMBERED.exec(line.slice(Math.max(floor, at - 80), at)) : null;
    if (numbered) {
      start = at - numbered[0].length;
      push(out, line, start, numbered[1]!, at);
    } else if (start === at) {
      // "'key'='value'", "key = value"
      if (line[at - 1] !== " " && line[at - 1] !== "'" && line[at - 1] !== '"') continue;
      let end = at - 1;
      start = end;
      while (start > floor && end - start < LONGEST_KEY && KEY_CHAR.test(line[start - 1]!)) start--;
      if (start === end) continue;
      if (line[at - 1] === " " && line[at + 1] !== " ") continue;
      push(out, line, start, line.slice(start, end), at);
    } else {
      const before = line[start - 1];
      if (before === "?" || before === "&" || before === "%" || before === "/") continue;
      push(out, line, start, wholeKey(line, floor, start, line.slice(start, at)), at);
    }
    floor = Math.min(n, at + 1);
  }
}

const NUMBERED = /([\w.@$-]{1,64})\(\d{1,6}\)$/;
const GENERIC = /^(?:ip|address|addr|port|host|name|ips|addresses|id)$/i;
/** "src-xlated ip=…": ScreenOS and others name the translated address in two words. */
const TRANSLATED_WORD = /(?:^|[ ,;|\t])([\w-]{0,16}(?:xlate|nat|translat)[\w-]{0,8} )$/i;
const LEADING_WORDS = /(?:^|[,;|\t[({"] ?)((?:[A-Za-z][A-Za-z-]{0,19} ){1,3})$/;

/** `Device IP Address=…`: a bare `Address` takes the words before it, so that the device's is not read as a client's. */
function wholeKey(line: string, floor: number, start: number, key: string): string {
  if (!GENERIC.test(key) || line[start - 1] !== " ") return key;
  const before = line.slice(Math.max(floor, start - 64), start);
  const words = LEADING_WORDS.exec(before) ?? TRANSLATED_WORD.exec(before);
  return words ? words[1]! + key : key;
}

/** Reads the value after the `=` at `at`. Values end where the next pair may begin; a quoted value is looked into again by later `=`. */
function push(out: Pair[], line: string, start: number, key: string, at: number): void {
  const n = line.length;
  let i = at + 1;
  while (i < n && line[i] === " " && i - at < 3) i++;
  let quote = line[i];
  if (quote === "\\" && line[i + 1] === '"') {
    i++;
    quote = '"';
  }
  const limit = Math.min(n, i + LONGEST_VALUE);
  if (quote === '"' || quote === "'") {
    let j = i + 1;
    while (j < limit && line[j] !== quote) j += line[j] === "\\" && line[j + 1] !== '"' ? 2 : 1;
    out.push({ key, value: line.slice(i + 1, j).replace(/\\$/, ""), start, end: Math.min(n, j + 1) });
    return;
  }
  const open = line[i];
  const close = open === "<" ? ">" : open === "[" ? "]" : open === "(" ? ")" : open === "{" ? "}" : undefined;
  if (close !== undefined) {
    const j = line.indexOf(close, i + 1);
    if (j > 0 && j < limit) {
      out.push({ key, value: line.slice(i + 1, j), start, end: j + 1 });
      return;
    }
  }
  BARE_VALUE.lastIndex = i;
  const value = BARE_VALUE.exec(line)?.[0] ?? "";
  out.push({ key, value, start, end: i + value.length });
}

const COLON =
  /(?<![\w@./$-])["']?([A-Za-z@_][\w.@-]{0,40}(?: (?:ip|IP|Ip|address|Address|addr|port|Port|host|Host|client|Client|server|Server|user|name|Name|time|status|code|id)){0,2})["']? ?:(?!:) ?(?:"([^"\\]{0,300})|'([^']{0,300})'|\[([^\]]{0,100})\]|([^\s,;|"'()<>{}[\]]{1,100}))/g;

function colonPairs(line: string, out: Pair[]): void {
  COLON.lastIndex = 0;
  for (let m = COLON.exec(line); m && out.length < MOST; m = COLON.exec(line)) {
    const value = m[2] ?? m[3] ?? m[4] ?? m[5] ?? "";
    // "http://…", "12:30"
    if (value.startsWith("//")) continue;
    out.push({ key: m[1]!, value, start: m.index, end: m.index + m[0].length });
    // The value of one pair may hold the key of the next ("client: ip: 1.2.3.4").
    COLON.lastIndex = m.index + m[0].length - (m[5] === undefined ? 0 : value.length);
  }
}

const ELEMENT = /<([A-Za-z][\w:.-]{0,40})(?: Name=['"]([^'"<>]{1,60})['"])?[^<>]{0,200}>([^<>]{1,400})<\//g;

function elementPairs(line: string, out: Pair[]): void {
  ELEMENT.lastIndex = 0;
  for (let m = ELEMENT.exec(line); m && out.length < MOST; m = ELEMENT.exec(line))
    out.push({ key: m[2] ?? m[1]!, value: m[3]!, start: m.index, end: m.index + m[0].length });
}
