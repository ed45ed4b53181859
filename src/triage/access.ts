/**
 * Requests that, answered with success, gave more than a public page would: the line between `contact` and `access`.
 * Each rule names what it recognises; a 2xx answer is required. Sources: CERT-FR and CISA advisories on the named flaws.
 */
import type { Event } from "../model/event.js";

interface AccessRule {
  what: string;
  /** Tested against the request target as logged, in lower case, at most 4 KiB. */
  path: RegExp;
  methods?: ReadonlySet<string>;
}

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE", "MKCOL", "MOVE"]);

const RULES: readonly AccessRule[] = [
  { what: "path traversal answered", path: /(?:\.\.|%2e%2e|%252e%252e)(?:\/|\\|%2f|%5c|%252f|%255c)/ },
  {
    what: "secret or repository file served",
    path: /\/(?:\.env|\.git\/|\.aws\/|\.ssh\/|web\.config|wp-config\.php|id_rsa)/,
  },
  {
    what: "server script written to or run (possible web shell)",
    path: /\/(?:aspnet_client|owa\/auth|uploads?|images?|temp)\/[^?]{0,200}\.(?:aspx?|ashx|jspx?|php|cgi)(?:[?;]|$)/,
    methods: WRITES,
  },
  {
    what: "Exchange control panel or autodiscover back end reached (ProxyLogon, ProxyShell)",
    path: /\/(?:ecp\/[a-z0-9]{1,4}\.js|autodiscover\/autodiscover\.json\?[^ ]{0,300}(?:powershell|mapi)|ecp\/ddi\/)/,
  },
  {
    what: "administration interface answered",
    path: /\/(?:wp-admin\/(?!admin-ajax)|phpmyadmin\/|manager\/html|solr\/admin|actuator\/(?:env|heapdump)|jenkins\/script)/,
  },
  {
    what: "SSL-VPN file read (CVE-2018-13379, CVE-2019-11510, CVE-2019-19781)",
    path: /(?:sslvpn_websession|\/dana-na\/\.\.|\/vpns\/(?:cfg|portal\/scripts))/,
  },
];

/** Why the answered request is more than a page view, or undefined. */
export function beyondPublicPage(event: Event): string | undefined {
  const status = event.http?.response?.status_code;
  if (status === undefined || status < 200 || status > 299) return undefined;
  const target = (event.url?.original ?? event.url?.path)?.slice(0, 4096).toLowerCase();
  if (target === undefined) return undefined;
  const method = event.http?.request?.method?.toUpperCase();
  return RULES.find(
    (rule) => rule.path.test(target) && (!rule.methods || (method !== undefined && rule.methods.has(method))),
  )?.what;
}
