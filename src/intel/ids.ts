/** What `--intel-format` and `intel convert --to` take. Names alone, so that the command line knows them without loading any reader. */
export const READER_IDS: readonly string[] = [
  "pdf",
  "stix",
  "misp",
  "openioc",
  "zeek",
  "json",
  "jsonl",
  "suricata-iprep",
  "suricata-dataset",
  "html",
  "prose",
  "csv",
  "text",
];
export const WRITER_IDS: readonly string[] = ["stix", "misp", "csv", "text", "zeek"];
