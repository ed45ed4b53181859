/** Where in a document we are, and what that says of the values there. */
import type { Block } from "./prose-blocks.js";
import { lastSentence } from "./prose-context.js";
import { topicOf, type Topic } from "./prose-words.js";

/** Ends of paragraphs that announce what stands below them. */
const ANNOUNCES = /\b(?:following|below|suivante?s?|ci-dessous|folgende\w*|siguientes?)(?![\p{L}\p{N}])/iu;
const LEAD = 300;
/** A longer first heading is a title; a short one, such as "Indicators of compromise", heads the values themselves. */
const SHORT_TITLE = 40;

export class Sections {
  private readonly open: { level: number; topic: Topic }[] = [];
  private titled = false;
  /** Of the sentence that introduces the list, code or table after it. */
  private lead: Topic = "other";
  /** The list that `lead` introduces has begun: a paragraph ends it. */
  private leadUsed = false;

  topic(block: Block): Topic {
    if (block.kind === "note") return "references";
    if (block.kind === "boilerplate") return "about";
    const section = this.section();
    if (section === "references" || section === "about") return section;
    return block.kind === "paragraph" || this.lead === "other" ? section : this.lead;
  }

  private section(): Topic {
    for (let i = this.open.length - 1; i >= 0; i--) if (this.open[i]!.topic !== "other") return this.open[i]!.topic;
    return "other";
  }

  /** Before the block's values are judged. */
  enter(block: Block): void {
    if (block.kind === "heading") this.heading(block);
    else if (block.kind === "paragraph") this.paragraph(block.text.trimEnd().slice(-LEAD));
    else if (block.kind !== "boilerplate" && block.kind !== "note") this.leadUsed = true;
  }

  private heading(block: Block): void {
    const level = block.level ?? 2;
    while (this.open.length > 0 && this.open.at(-1)!.level >= level) this.open.pop();
    // A document's title names its subject, not what follows.
    const isTitle = !this.titled && level === 1 && block.text.length > SHORT_TITLE;
    this.titled = true;
    this.open.push({ level, topic: isTitle ? "other" : topicOf(block.text) });
    this.lead = "other";
  }

  private paragraph(end: string): void {
    const announces = /[:\uff1a]$/.test(end) || (!this.leadUsed && ANNOUNCES.test(lastSentence(end)));
    this.lead = announces ? topicOf(lastSentence(end)) : "other";
    this.leadUsed = false;
  }
}
