/** Web servers, load balancers and CDNs, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { akamaiDataStream, akamaiSiem } from "./akamai.js";
import { apacheAccess } from "./apache-access.js";
import { apacheError } from "./apache-error.js";
import { appRecords } from "./app-records.js";
import { appSentences } from "./app-sentences.js";
import { cloudfrontRealtime } from "./aws-cloudfront-realtime.js";
import { awsElb } from "./aws-elb.js";
import { awsS3 } from "./aws-s3.js";
import { barracudaWaf } from "./barracuda-waf.js";
import { caddy } from "./caddy.js";
import { awsWaf, azureEdge, gcpLoadBalancer } from "./cloud-edge.js";
import { cloudflareNetwork } from "./cloudflare-network.js";
import { cloudflareDns, cloudflareHttp, cloudflareSpectrum } from "./cloudflare.js";
import { envoyAccess, envoyJson } from "./envoy.js";
import { f5Json, f5Keyed, f5Message } from "./f5.js";
import { haproxy } from "./haproxy.js";
import { iisNative } from "./iis-native.js";
import { jsonAccess } from "./json-access.js";
import { kong } from "./kong.js";
import { modsecurityAudit, modsecurityJson } from "./modsecurity.js";
import { netscaler } from "./netscaler.js";
import { nginxError } from "./nginx-error.js";
import { plainAccess } from "./plain-access.js";
import { traefikJson, traefikText } from "./traefik.js";
import { w3cJson } from "./w3c-json.js";
import { w3c } from "./w3c.js";

/** Applications before servers: their lines have narrower marks. */
export const webFormats: readonly Format[] = [
  ...appSentences,
  ...appRecords,
  traefikText,
  nginxError,
  apacheError,
  modsecurityAudit,
  envoyAccess,
  haproxy,
  awsElb,
  awsS3,
  cloudfrontRealtime,
  netscaler,
  barracudaWaf,
  f5Keyed,
  f5Message,
  iisNative,
  apacheAccess,
  plainAccess,
  w3c,
  cloudflareHttp,
  cloudflareSpectrum,
  cloudflareDns,
  cloudflareNetwork,
  akamaiDataStream,
  akamaiSiem,
  awsWaf,
  gcpLoadBalancer,
  azureEdge,
  traefikJson,
  caddy,
  kong,
  w3cJson,
  modsecurityJson,
  f5Json,
  envoyJson,
  jsonAccess,
];
