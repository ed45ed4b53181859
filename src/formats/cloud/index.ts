/** Clouds: flow and audit logs, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { awsCloudTrail } from "./aws-cloudtrail.js";
import { awsGuardDuty, awsSecurityHub } from "./aws-findings.js";
import { awsNetworkFirewall } from "./aws-network-firewall.js";
import { awsVpcFlow, vpcFlowJson } from "./aws-vpc-flow.js";
import { azureFirewall } from "./azure-firewall.js";
import { azureNsgFlow, azureVnetFlow } from "./azure-flow.js";
import { azureActivity, azureAudit, azurePlatform, azureSignIn } from "./azure-logs.js";
import { carbonBlack, crowdstrikeFdr, sentinelOne } from "./endpoint-agents.js";
import { endpointEvents } from "./endpoint-events.js";
import { gcpAudit, gcpFirewall, gcpNat, gcpVpcFlow } from "./gcp.js";
import { googleWorkspace } from "./google-workspace.js";
import { auth0Logs, jumpCloud, okta, oneLogin } from "./identity-providers.js";
import { m365Audit, m365MessageTrace } from "./microsoft-365.js";
import { defenderLogon, defenderNetwork, defenderNetworkCsv } from "./microsoft-defender.js";
import { bitwardenEvents, lastPassEvents, onePasswordEvents } from "./password-managers.js";
import { ociAudit, ociFlow } from "./oracle.js";
import {
  atlassianAudit,
  boxEvents,
  githubAudit,
  gitlabAudit,
  kubernetesAudit,
  salesforceLogin,
  slackAudit,
  snowflakeLogin,
  teleportAudit,
  vaultAudit,
  wizAudit,
  zoomActivity,
} from "./services.js";

/** Kubernetes before Azure's logs, which may hold its events; Azure's categories before the one for all others. */
export const cloudFormats: readonly Format[] = [
  awsVpcFlow,
  awsCloudTrail,
  awsGuardDuty,
  awsSecurityHub,
  awsNetworkFirewall,
  vpcFlowJson,
  azureNsgFlow,
  azureVnetFlow,
  azureFirewall,
  kubernetesAudit,
  azureSignIn,
  azureAudit,
  azureActivity,
  azurePlatform,
  m365Audit,
  m365MessageTrace,
  defenderNetwork,
  defenderNetworkCsv,
  defenderLogon,
  gcpAudit,
  gcpVpcFlow,
  gcpFirewall,
  gcpNat,
  googleWorkspace,
  okta,
  auth0Logs,
  oneLogin,
  jumpCloud,
  githubAudit,
  gitlabAudit,
  slackAudit,
  boxEvents,
  atlassianAudit,
  salesforceLogin,
  snowflakeLogin,
  zoomActivity,
  onePasswordEvents,
  bitwardenEvents,
  lastPassEvents,
  wizAudit,
  vaultAudit,
  teleportAudit,
  ociFlow,
  ociAudit,
  crowdstrikeFdr,
  sentinelOne,
  carbonBlack,
  ...endpointEvents,
];
