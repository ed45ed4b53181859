/**
 * Exemple SA, which does not exist: its networks, hosts and people, and the rest of the internet as it sees it.
 * Public addresses of its own come from RFC 5737 and RFC 3849, names from RFC 2606.
 */
import type { Random } from "./random.js";
import type { Cast } from "./relays.js";

export const OWN_NETWORKS: readonly string[] = [
  "10.20.0.0/16",
  "192.168.50.0/24",
  "198.51.100.0/24",
  "2001:db8:100::/48",
];

export const HOSTS = {
  firewallWan: "198.51.100.2",
  vpnGateway: "198.51.100.3",
  mailPublic: "198.51.100.10",
  mail: "10.20.4.10",
  resolver: "10.20.4.53",
  balancer: "10.20.5.10",
  bastionPublic: "198.51.100.22",
  bastion: "10.20.9.22",
  wwwPublic: "198.51.100.20",
  www: "10.20.9.20",
  webTwo: "198.51.100.31",
  extranetPublic: "198.51.100.21",
  extranet: "10.20.9.21",
  fileServer: "10.20.8.14",
  backupServer: "10.20.8.30",
  lyonServer: "10.20.9.31",
  /** The accounts clerk's workstation of the first implant. */
  workstation: "10.20.31.107",
  awsProxy: "10.20.200.20",
  awsWeb: "10.20.200.31",
  awsBatch: "10.20.200.42",
  subcontractorVip: "198.51.100.60",
} as const;

export const USERS: readonly string[] = [
  ..."a.bernard b.petit c.robert d.richard e.dubois f.moreau g.laurent h.simon i.michel j.martin k.leroy".split(" "),
  ..."l.roux m.durand n.david o.bertrand p.morel q.fournier r.girard s.bonnet t.dupont u.lambert v.fontaine".split(" "),
  ..."w.rousseau y.vincent z.muller".split(" "),
];

export const SITES: readonly string[] = [
  ..."www.example.com cdn.example.net static.example.org api.example.com mail.example.net update.example.org".split(
    " ",
  ),
  ..."img1.example.com img2.example.com fonts.example.net telemetry.example.com news.example.org".split(" "),
  ..."meteo.example.org bank.example.com travel.example.net video.example.com maps.example.org".split(" "),
  ..."antivirus.example.net time.example.org store.example.com forum.example.net docs.example.org".split(" "),
];

/** Chromium writes four dotted numbers in its user agent: a version, not an address. */
export const USER_AGENTS: readonly string[] = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/88.0.4324.150 Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.124 Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:86.0) Gecko/20100101 Firefox/86.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.1 Safari/605.1.15",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.3 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (X11; Linux x86_64; rv:78.0) Gecko/20100101 Firefox/78.0",
];

export const PAGES: readonly string[] = [
  ..."/ /actualites/ /produits/ /contact /mentions-legales /css/site.css /js/app.js /img/logo.svg /robots.txt".split(
    " ",
  ),
  ..."/produits/gamme-a /produits/gamme-b /presse/2021 /recrutement /favicon.ico /plan-du-site".split(" "),
];

/** Paths that scanners try; the site has none of them. */
export const SCANNED: readonly string[] = [
  ..."/wp-login.php /.env /phpmyadmin/index.php /boaform/admin/formLogin /HNAP1/ /.git/config /xmlrpc.php".split(" "),
  ..."/manager/html /solr/admin/info/system /actuator/health".split(" "),
];

/** Ports that strangers knock on. */
export const KNOCKED: readonly number[] = [22, 23, 80, 443, 445, 1433, 3389, 5060, 5900, 8080, 8443, 8728];

export function workstation(random: Random): string {
  return `10.20.${random.int(30, 35)}.${random.int(10, 200)}`;
}

/** First octets and second octets of ranges that carry ordinary public hosts. */
const PUBLIC_PREFIXES: readonly string[] = [
  ..."51.15 62.210 78.40 81.2 88.120 90.63 104.20 109.190 128.93 134.158 151.101 163.172 176.31 185.60 193.51".split(
    " ",
  ),
  ..."195.154 212.27 213.186 217.70 37.187 46.105 5.39 91.121 94.23 145.239 147.135 149.202 158.69 192.99".split(" "),
];

/** The outside world without a single listed address. */
export class World {
  /** Addresses that knock from outside: strangers, and neighbours of listed addresses in the same /24. */
  readonly strangers: string[] = [];
  /** Addresses that own hosts visit. */
  readonly servers: string[] = [];

  constructor(random: Random, cast: Cast) {
    const listed = new Set(cast.listed);
    const add = (to: string[], address: string): void => {
      if (!listed.has(address)) to.push(address);
    };
    for (let i = 0; i < 1800; i++)
      add(this.strangers, `${random.pick(PUBLIC_PREFIXES)}.${random.int(0, 255)}.${random.int(1, 254)}`);
    for (let i = 0; i < 60; i++) add(this.strangers, `203.0.113.${random.int(1, 254)}`);
    for (const address of cast.listed) {
      const net = address.slice(0, address.lastIndexOf(".") + 1);
      for (let i = 0; i < 3; i++) add(this.strangers, net + random.int(1, 254));
    }
    for (let i = 0; i < 400; i++)
      add(this.servers, `${random.pick(PUBLIC_PREFIXES)}.${random.int(0, 255)}.${random.int(1, 254)}`);
    for (let i = 0; i < 30; i++) add(this.servers, `192.0.2.${random.int(1, 254)}`);
  }
}
