/** Words for how far traffic came, shared by action values of JSON and key=value logs and by free text. */
import type { Outcome } from "../../model/event.js";

/** `permitted`: a filter let it through, which does not show that anyone answered. */
export type WordOutcome = Outcome | "permitted";

interface Rule {
  outcome: WordOutcome;
  words: RegExp;
}

const AUTH =
  /\b(?:log(?:ged|ging)?[ _-]?[io]n|logon|signin|sign[ _-]in|signed in|auth\w*|password|passwd|credential\w*|user(?:name)?|account|publickey|otp|2fa|mfa|pam|sasl|anmeldung|passwort|benutzer|kennwort|utilisateur|mot de passe|contraseña|usuario|sesi[óo]n|utente|wachtwoord)\b/i;

/** First match wins. Words of failure come before the words of success that they contain (`unsuccessful`, `not allowed`). */
const RULES: readonly Rule[] = [
  {
    outcome: "refused",
    words:
      /\b(?:unsuccessful\w*|not (?:be )?(?:successful|allowed|found|authori[sz]ed|permitted|established|completed|connected)|no such (?:user|account)|unknown (?:user|account)|unauthori[sz]ed|unauthenticated|access[ _-]denied|permission denied|authentication (?:failure|failed|error)|(?:login|logon|auth|password|sign-?in)[ _-]?(?:failed|failure|fail|error|incorrect|invalid|denied|rejected))\b/gi,
  },
  {
    outcome: "blocked",
    words:
      /\b(?:den(?:y|ied|ies)|drop(?:ped|s)?|block(?:ed|ing|s)?|discard(?:ed|s)?|reject(?:ed|s)?|prevent(?:ed|s)?|quarantined?|ban(?:ned)?|blackholed?|filtered|shun(?:ned)?|firewalled|intercept(?:ed)?|teardown_denied)\b/gi,
  },
  {
    outcome: "unanswered",
    words:
      /\b(?:time[ds]?[ _-]?out|no[ _-]?(?:answer|response|reply)|unreachable|unanswered|syn[ _]sent|timeouts?)\b/gi,
  },
  {
    outcome: "refused",
    words:
      /\b(?:refused?|reset|rst|fail(?:ed|ure|ures|s)?|invalid|incorrect|wrong|forbidden|illegal|bad (?:user|password|request|protocol|login|auth\w*)|bogus|malformed|mismatch|error|errors|bounced|deferred|aborted|locked out|unable to (?:auth\w*|negotiate|verify)|could not (?:auth\w*|negotiate|verify)|badpassword|nosuchuser)\b/gi,
  },
  {
    outcome: "authenticated",
    words:
      /\b(?:accepted (?:password|publickey|keyboard-interactive\S*|gssapi\S*|hostbased|certificate)|(?:successful(?:ly)?|succeeded|success) ?(?:log(?:ged|in|on)|auth\w*|sign\w*)|(?:log(?:ged)?[ _-]?[io]n|logon|auth\w*|sign[ _-]?in) (?:was )?(?:success(?:ful(?:ly)?)?|succeeded|ok)|success(?:ful(?:ly)?)? logged|logged in|session opened for|auth(?:entication)?[ _-]?succe\w*|login[ _-]?success\w*|authenticated|sslvpn login(?= \d))\b/gi,
  },
  {
    outcome: "established",
    words: /\b(?:established|succe(?:ss|ssful|ssfully|eded)|connected|disconnected|completed|sent)\b/gi,
  },
  {
    outcome: "permitted",
    words: /\b(?:allow(?:ed|s)?|accept(?:ed|s)?|permit(?:ted|s)?|pass(?:ed)?|forwarded|detected|alerted|ok)\b/gi,
  },
];

/** The same of French, German, Spanish, Italian, Portuguese and Dutch logs: stems, because endings follow gender and number. */
const FOREIGN: readonly Rule[] = [
  {
    outcome: "refused",
    words:
      /(?<![a-z])(?:mot de passe (?:invalide|incorrect)|acc[èe]s refus|refus[ée]|[ée]chec|[ée]chou|fehlgeschlagen|fehlerhaft|verweigert|ung[üu]ltig|fallid[oa]|incorrect[oa]|denegad|negad[oa]|fallit[oa]|rifiutat|negat[oa]|falhou|recusad|mislukt|geweigerd)/gi,
  },
  {
    outcome: "blocked",
    words:
      /(?<![a-z])(?:bloqu(?:é|ée|ead|eo)|rejet(?:é|te)|blockiert|gesperrt|abgelehnt|verworfen|rechazad|bloccat|scartat|rejeitad|geblokkeerd)/gi,
  },
  {
    outcome: "unanswered",
    words: /(?<![a-z])(?:d[ée]lai d[ée]pass|zeit[üu]berschreitung|tiempo de espera|tempo scaduto)/gi,
  },
  {
    outcome: "authenticated",
    words:
      /(?<![a-z])(?:erfolgreich angemeldet|anmeldung erfolgreich|connexion r[ée]ussie|authentifi(?:é|cation r[ée]ussie)|inicio de sesi[óo]n correcto)/gi,
  },
];

/** Words in one glued token, as JSON action values have them: `login_failed`, `LoginFailed`, `CONN_ESTABLISHED`. */
function loosen(value: string): string {
  return value.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_.:-]+/g, " ");
}

/** In a sentence these mean too little: a level (`error`), a wish, a permission. */
const WEAK_IN_TEXT = /^(?:errors?|success|completed?|reset|sent|bounced|deferred)$/i;

/** Cheap: the stems above begin with these. */
const NOT_ENGLISH =
  /refus|acc[èe]s|[ée]ch[eo]|mot de|fehl|verw|ung[üu]lt|fall[io]|incorrect[oa]|nega|denegad|rifiut|falhou|recusad|mislukt|geweig|bloqu|rejet|blockiert|gesperrt|abgele|rechaz|blocc|scartat|rejeitad|geblok|d[ée]lai|zeit|tiempo|tempo|erfolg|r[ée]ussi|authentifi|sesi/i;

function firstOutcome(
  text: string,
  auth: boolean,
  sentence: boolean,
): { outcome: WordOutcome; word: string } | undefined {
  for (const rule of text.length > 0 && NOT_ENGLISH.test(text) ? [...FOREIGN, ...RULES] : RULES) {
    if (sentence && rule.outcome === "permitted") continue;
    for (const m of text.matchAll(rule.words)) {
      const word = m[0];
      if (sentence && WEAK_IN_TEXT.test(word)) continue;
      let outcome = rule.outcome;
      if (auth && outcome === "blocked" && !/^(?:block|ban|drop)/i.test(word)) outcome = "refused";
      if (auth && outcome === "established" && /^succe/i.test(word)) outcome = "authenticated";
      return { outcome, word: word.toLowerCase() };
    }
  }
  return undefined;
}

/**
 * The outcome that an action, result or status word states, with the word itself; undefined when it states none.
 * @param auth The record is about a login: a denial there is a refusal by the service, and success is authentication.
 */
export function outcomeOfWord(value: string, auth: boolean): { outcome: WordOutcome; word: string } | undefined {
  return firstOutcome(loosen(value.slice(0, 600)), auth, false);
}

/** The outcome that a sentence states. Looks at its first 600 characters. */
export function outcomeOfText(text: string): { outcome: Outcome; word: string } | undefined {
  const bounded = text.length > 600 ? text.slice(0, 600) : text;
  const found = firstOutcome(bounded, isAboutLogin(bounded), true);
  return found && found.outcome !== "permitted" ? { outcome: found.outcome, word: found.word } : undefined;
}

/** True when the text speaks of logins or credentials. */
export function isAboutLogin(text: string): boolean {
  return AUTH.test(text.length > 600 ? text.slice(0, 600) : text);
}
