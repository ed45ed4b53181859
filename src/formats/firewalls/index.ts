/** Firewalls, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { arbor } from "./arbor.js";
import { aruba } from "./aruba.js";
import { barracuda } from "./barracuda.js";
import { checkpoint } from "./checkpoint.js";
import { checkpointJson } from "./checkpoint-json.js";
import { ciscoAsa } from "./cisco-asa.js";
import { ciscoFirepower } from "./cisco-firepower.js";
import { ciscoIos } from "./cisco-ios.js";
import { clavister } from "./clavister.js";
import { clearpass } from "./clearpass.js";
import { cortex } from "./cortex.js";
import { f5Afm } from "./f5-afm.js";
import { forcepoint } from "./forcepoint.js";
import { fortigate } from "./fortigate.js";
import { fortimail } from "./fortimail.js";
import { fortimanager } from "./fortimanager.js";
import { fortiweb } from "./fortiweb.js";
import { huawei } from "./huawei.js";
import { iptables } from "./iptables.js";
import { juniperFilter } from "./juniper-filter.js";
import { juniperScreenos } from "./juniper-screenos.js";
import { juniperSrx } from "./juniper-srx.js";
import { meraki } from "./meraki.js";
import { mikrotik } from "./mikrotik.js";
import { nsxDfw } from "./nsx-dfw.js";
import { globalprotect } from "./panos-globalprotect.js";
import { panos } from "./panos.js";
import { pfFilterlog } from "./pf-filterlog.js";
import { sonicwall } from "./sonicwall.js";
import { sophosUtm } from "./sophos-utm.js";
import { sophosXg } from "./sophos-xg.js";
import { stormshield } from "./stormshield.js";
import { tcpdump } from "./tcpdump.js";
import { watchguard } from "./watchguard.js";
import { zyxel } from "./zyxel.js";

export const firewallFormats: readonly Format[] = [
  fortigate,
  ciscoAsa,
  iptables,
  globalprotect,
  panos,
  cortex,
  fortiweb,
  fortimail,
  fortimanager,
  juniperSrx,
  juniperScreenos,
  juniperFilter,
  ciscoFirepower,
  checkpointJson,
  stormshield,
  sonicwall,
  sophosXg,
  sophosUtm,
  pfFilterlog,
  nsxDfw,
  huawei,
  f5Afm,
  forcepoint,
  clavister,
  clearpass,
  aruba,
  ciscoIos,
  zyxel,
  barracuda,
  watchguard,
  meraki,
  mikrotik,
  arbor,
  tcpdump,
  checkpoint,
];
