/**
 * What to look at next, by verdict, in the order in which it is done: scope, contain, collect, clear up (NIST SP 800-61).
 * https://csrc.nist.gov/pubs/sp/800/61/r2/final
 */
import type { Verdict } from "../model/sighting.js";

export const NEXT_STEPS: Readonly<Record<Verdict, readonly string[]>> = {
  "own-asset": [
    "Find the device behind the address and its owner; a translated address stands for everything behind it.",
    "Keep its memory, configuration and logs before it is restarted: what runs on routers seldom survives that.",
    "Take it off the Internet, reinstall the vendor's current firmware, change its passwords and close its remote administration.",
    "Tell your national CSIRT: the address is on a list that others block and hunt by.",
  ],
  callout: [
    "Isolate the machine from the network without switching it off; keep its memory, then image its disk.",
    "Find the process and the account behind the connection at the times of the evidence (EDR, Sysmon event 3, proxy user).",
    "Look for persistence and for what it did next: services, scheduled tasks, new accounts, connections to other own machines.",
    "Look for the same destination, user agent, file and interval on every other machine, and for data sent out (bytes from the own end).",
    "Block the indicator after the scope is known, then reset the credentials that were used on the machine.",
  ],
  "callout-attempt": [
    "Find what tried: process, user and start of the attempts. An implant whose relay is dead still runs.",
    "Look at whether they come at regular intervals, and whether another destination answered the same machine at that time.",
    "Where a reason says that it may be a reply, look for the inbound half in the logs of the other side of the device.",
    "Treat the machine as in a callout when the process is not one you know.",
  ],
  access: [
    "Ask the account's owner whether it was them; if not, or not at once, disable the account and end its sessions.",
    "Reset its password and second factor, and look for what the session added: keys, tokens, forwarding rules, new accounts.",
    "List what the session reached after the login: internal connections, files, mail, changes of configuration.",
    "Look for other logins from the indicator, and of the same account from networks it never used before.",
  ],
  contact: [
    "Look at what was asked for and what was answered: path, status, bytes. A public page is what anybody gets.",
    "Look for an exploit in the request, and on the machine for new files, child processes of the service and connections out soon after.",
    "Check that the service was patched at that date against what the advisory says is exploited.",
    "Look for the same address at your other services.",
  ],
  resolution: [
    "Find the client that asked; behind a forwarding resolver that is another machine than the one in the line.",
    "Look for a connection that followed: firewall, proxy and flow logs within minutes of the answer.",
    "Find what asked: a browser's prefetch, a mail filter or a security product looks names up as well.",
  ],
  probe: [
    "Check that no connection from the indicator succeeded near it in time, at this machine or another.",
    "Where the outcome is unknown, look for the answer in the logs of the machine or of a device on the way.",
    "Many failed logins followed by none may be a success elsewhere: look at the accounts that were tried.",
  ],
  "probe-blocked": [
    "Nothing is to be done for the machine: the traffic did not arrive.",
    "Check that every way to it is covered by the same rule (IPv6, VPN, other sites).",
  ],
  mention: [
    "Read the line: the indicator is quoted, not met. It may be a search, a ticket, a block list or a message.",
    "If the line tells of traffic, its format is not known well enough: describe it in lookback.yaml and hunt again.",
  ],
};
