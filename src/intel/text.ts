/**
 * Plain lists: one value a line, as published in advisories, pasted from reports, or fetched from blocklists.
 * Comments start a line with `#`, `//` or `;`, or follow a value after white space. Bullets and numbering are dropped.
 * A value may be followed by a remark after white space, a comma, a semicolon or a tab: see `normalise` for what counts.
 */
import type { Tlp } from "../model/indicator.js";
import type { Reader, Sink } from "./candidate.js";
import { isIndicatorColumn } from "./columns.js";
import { parseTlp } from "./markings.js";
import { normalise } from "./normalise.js";

const COMMENT_START = /^(?:#|\/\/|;)/;
const TRAILING_COMMENT = /\s(?:#|\/\/|;)/;
const BULLET = /^(?:[-*•·‣–]\s{1,4}|\d{1,4}[.)]\s{1,4})/;

/** The marking in a comment such as `# TLP:GREEN` or `# Sharing: TLP:CLEAR`. */
function markingIn(comment: string): Tlp | undefined {
  const m = /\bTLP\s?[:=]\s?([A-Z]{3,5}(?:\+STRICT)?)\b/i.exec(comment.slice(0, 500));
  return m ? parseTlp(m[1]!) : undefined;
}

/** A lone heading such as `ip` or `Indicator`; not `someone.email`, which only ends like one. */
function isHeading(line: string): boolean {
  return isIndicatorColumn(line) && !Array.isArray(normalise(line));
}

/** A value alone, as most lines of a long list are: nothing to cut off. */
const ALONE = /^[\w.:]+$/;

function readLine(raw: string, line: number, tlp: Tlp | undefined, sink: Sink): void {
  let text = raw;
  let comment: string | undefined;
  if (tlp === undefined && ALONE.test(raw)) {
    sink.candidate({ text, line });
    return;
  }
  const cut = text.search(TRAILING_COMMENT);
  if (cut >= 0) {
    comment = text.slice(cut + 1).replace(/^[#/;\s]{1,8}/, "");
    text = text.slice(0, cut).trimEnd();
  }
  text = text.replace(BULLET, "");
  sink.candidate({
    text,
    line,
    ...(tlp === undefined ? {} : { tlp }),
    ...(comment === undefined || comment === "" ? {} : { comment }),
  });
}

export const textReader: Reader = {
  id: "text",
  recognises: () => true,
  read({ text }, _options, sink) {
    let tlp: Tlp | undefined;
    let first = true;
    let line = 0;
    for (let start = 0; start < text.length;) {
      let end = text.indexOf("\n", start);
      if (end < 0) end = text.length;
      line++;
      const raw = text.slice(start, end).trim();
      start = end + 1;
      if (raw === "") continue;
      if (COMMENT_START.test(raw)) {
        // A marking above the first value holds for the file.
        if (first) tlp = markingIn(raw) ?? tlp;
        continue;
      }
      if (!first || !isHeading(raw)) readLine(raw, line, tlp, sink);
      first = false;
    }
  },
};
