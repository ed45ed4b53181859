/** Every envelope, in the order in which they are tried. */
import type { Envelope, Format } from "../format.js";
import { azure } from "./azure.js";
import { cef } from "./cef.js";
import { cloudwatch } from "./cloudwatch.js";
import { compose, cri } from "./container.js";
import { csvColumn } from "./csv-column.js";
import { datadog } from "./datadog.js";
import { dockerJson } from "./docker-json.js";
import { ecs, ecsEvent } from "./ecs.js";
import { elasticsearch } from "./elasticsearch.js";
import { fluentBit, fluentd } from "./fluent.js";
import { gcpLogEntry } from "./gcp.js";
import { gelf } from "./gelf.js";
import { graylog } from "./graylog.js";
import { journaldExport, journaldJson } from "./journald.js";
import { kafka } from "./kafka.js";
import { kiwi } from "./kiwi.js";
import { leef } from "./leef.js";
import { loki } from "./loki.js";
import { nxlog } from "./nxlog.js";
import { ocsfEvent, ocsfRaw } from "./ocsf.js";
import { grepped, quoted, received, stamped, tai64n } from "./prefixes.js";
import { sentinel } from "./sentinel.js";
import { sophosUtmHeader } from "./sophos-utm.js";
import { splunk } from "./splunk.js";
import { syslog3164 } from "./syslog-3164.js";
import { syslog5424 } from "./syslog-5424.js";
import { syslogJson } from "./syslog-json.js";
import { vector } from "./vector.js";

/** Records with the plainest marks first: a document of Elasticsearch's may hold any of the others. */
const json: readonly Envelope[] = [
  elasticsearch,
  splunk,
  journaldJson,
  dockerJson,
  gelf,
  graylog,
  ocsfRaw,
  gcpLogEntry,
  cloudwatch,
  azure,
  sentinel,
  kafka,
  loki,
  datadog,
  nxlog,
  vector,
  syslogJson,
  ecs,
];

/** RFC 5424 before RFC 3164, whose loose grammar would take its `1`; what is weak comes last. */
const text: readonly Envelope[] = [
  syslog5424,
  cri,
  fluentd,
  kiwi,
  sophosUtmHeader,
  syslog3164,
  compose,
  journaldExport,
  fluentBit,
  tai64n,
  received,
  csvColumn,
  stamped,
  quoted,
  grepped,
];

export const envelopes: readonly Envelope[] = [...text, ...json];

/** Envelopes that are events by themselves, where no format knows the vendor: asked after all others. */
export const envelopeFormats: readonly Format[] = [cef, leef, ecsEvent, ocsfEvent];
