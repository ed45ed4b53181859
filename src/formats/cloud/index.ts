/** Clouds: flow and audit logs, in trial order: the one with the narrower mark stands first. */
import type { Format } from "../format.js";
import { awsVpcFlow } from "./aws-vpc-flow.js";

export const cloudFormats: readonly Format[] = [awsVpcFlow];
