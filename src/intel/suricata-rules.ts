/** Suricata and Snort rules: known, and not read. What a rule looks for is more than the addresses in it. */
import { firstLines } from "./lines.js";

/** Action, protocol, source and port, direction, destination and port, options. `#` before it: a rule that is switched off. */
const RULE =
  /^(?:alert|drop|reject|rejectsrc|rejectdst|rejectboth|pass|log|block|sdrop)\s{1,8}[a-z0-9_-]{2,20}\s[^()]{3,4000}\s(?:->|<>|<-)\s[^()]{3,4000}\(\s{0,8}[a-z_.]{1,40}\s{0,8}[:;]/i;
/** Snort 3 has rules without addresses. */
const SHORT_RULE = /^(?:alert|drop|reject|pass|block)\s{1,8}[a-z0-9_-]{2,20}\s{0,8}\(\s{0,8}msg\s{0,8}:/i;

/** Whether a text begins with a rule. */
export function isRules(start: string): boolean {
  const first = firstLines(start, 1)[0];
  return first !== undefined && (RULE.test(first) || SHORT_RULE.test(first));
}
