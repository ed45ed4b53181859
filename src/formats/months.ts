/** Names of months as locales write them (Unicode CLDR 44, wide and abbreviated), without accents and full stops. */

/** January to December, one language a line; `|` parts the names of one month. */
const NAMES: readonly string[] = [
  "january february march april may june july august september|sept october november december",
  // French
  "janvier|janv fevrier|fevr|fev mars avril|avr mai juin juillet|juil aout|aou septembre octobre novembre decembre|dec",
  // German, Austrian
  "januar|jan|janner|jaenner februar|feber marz|mrz|maerz april|apr mai juni juli august|aug september oktober|okt november dezember|dez",
  // Spanish
  "enero|ene febrero|feb marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre|set octubre noviembre diciembre|dic",
  // Italian
  "gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto settembre ottobre|ott novembre dicembre",
  // Portuguese
  "janeiro fevereiro marco abril maio junho julho agosto setembro outubro|out novembro dezembro",
  // Dutch
  "januari februari maart|mrt april mei juni juli augustus september oktober november december",
  // Polish, also in the genitive
  "stycznia|styczen|sty lutego|luty|lut marca|marzec kwietnia|kwiecien|kwi maja|maj czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpien|sie wrzesnia|wrzesien|wrz pazdziernika|pazdziernik|paz listopada|listopad|lis grudnia|grudzien|gru",
  // Danish, Norwegian, Swedish
  "januar februar mars april mai juni juli augusti september oktober november desember|des",
  // Czech, in the genitive
  "ledna unora brezna dubna kvetna cervna cervence srpna zari rijna - prosince",
  // Turkish
  "ocak|oca subat|sub mart nisan|nis mayis haziran|haz temmuz|tem agustos eylul|eyl ekim|eki kasim|kas aralik|ara",
  // Russian, in the genitive
  "января|янв февраля|фев марта|мар апреля|апр мая|май июня|июн июля|июл августа|авг сентября|сен|сент октября|окт ноября|ноя|нояб декабря|дек",
];

const ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/** Lower case, without accents and the full stop of an abbreviation. */
function bare(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[\u0300-\u036F]/g, "")
    .replace(/\.$/, "")
    .replaceAll("ı", "i")
    .toLowerCase();
}

const byName = new Map<string, number>();
for (const language of NAMES)
  for (const [i, names] of language.split(" ").entries())
    for (const name of names.split("|").map(bare)) if (!byName.has(name)) byName.set(name, i + 1);
for (const [i, name] of ENGLISH.entries()) byName.set(name, i + 1);

/** In full and in lower case. */
const FULL = NAMES[0]!.split(" ").map((names) => names.split("|")[0]!);

/** 1..12 for an English name or an abbreviation of three letters, in any case. */
export function monthOf(name: string): number | undefined {
  const lower = name.toLowerCase();
  const month = ENGLISH.indexOf(lower.slice(0, 3)) + 1;
  if (month === 0) return undefined;
  // "Marketing", "Novell" are no months; "Sept" and "Decem" are.
  return FULL[month - 1]!.startsWith(lower) ? month : undefined;
}

/** 1..12 for a month's name in any of the languages, accents and a full stop left aside. */
export function monthInAnyLanguage(name: string): number | undefined {
  if (name.length > 14) return undefined;
  return byName.get(bare(name));
}
