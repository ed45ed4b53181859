/** Which of two ports is the service's. Used only when nothing better says who began. */

/** Ports ≥ 1024 that servers listen on, from the IANA registry and common practice; none of the dynamic range (49152 and up), where clients are. */
const REGISTERED_SERVICES: ReadonlySet<number> = new Set([
  1080, 1194, 1352, 1433, 1434, 1521, 1701, 1723, 1883, 1900, 2049, 2083, 2087, 2222, 2375, 2376, 3128, 3268, 3269,
  3306, 3389, 4443, 4444, 4500, 4786, 5000, 5060, 5061, 5222, 5353, 5432, 5555, 5601, 5671, 5672, 5900, 5938, 5984,
  5985, 5986, 6379, 6443, 6514, 6667, 7001, 7547, 8000, 8008, 8009, 8080, 8081, 8088, 8089, 8140, 8291, 8333, 8443,
  8530, 8531, 8834, 8883, 8888, 9000, 9001, 9042, 9090, 9092, 9100, 9200, 9300, 9389, 9443, 10000, 10250, 10443, 11211,
  25565, 27017,
]);

function isService(port: number): boolean {
  return port < 1024 || REGISTERED_SERVICES.has(port);
}

/** `a` or `b`, whichever end is the server by its port; undefined when the ports do not tell. */
export function serverByPort(a: number | undefined, b: number | undefined): "a" | "b" | undefined {
  if (a === undefined || b === undefined || a === 0 || b === 0) return undefined;
  const aServes = isService(a);
  if (aServes === isService(b)) return undefined;
  return aServes ? "a" : "b";
}
