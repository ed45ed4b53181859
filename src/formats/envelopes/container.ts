/** What container runtimes put around a program's line. */
import type { Envelope } from "../format.js";
import { parseIsoTime } from "../time.js";

const CRI = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{1,9}(?:Z|[+-]\d{2}:\d{2})) (?:stdout|stderr) [FP] /;

export const cri: Envelope = {
  id: "cri",
  title: "Kubernetes container runtime interface log",
  reference: "https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md",
  marks: [" stdout ", " stderr "],
  unwrap(line, context) {
    if (line.charCodeAt(10) !== 84) return undefined;
    const m = CRI.exec(line);
    const time = m && parseIsoTime(m[1]!);
    if (!m || !time) return undefined;
    const timestamp = context.resolveTime(time);
    return { fields: timestamp === undefined ? {} : { timestamp }, message: line.slice(m[0].length) };
  },
};

const COMPOSE = /^([A-Za-z0-9][\w.-]{0,62}) {1,40}\| {1,4}(?=\S)/;

export const compose: Envelope = {
  id: "docker-compose",
  title: "docker compose logs",
  reference: "https://docs.docker.com/reference/cli/docker/compose/logs/",
  unwrap(line) {
    const m = COMPOSE.exec(line);
    return m ? { fields: { program: m[1]! }, message: line.slice(m[0].length) } : undefined;
  },
};
