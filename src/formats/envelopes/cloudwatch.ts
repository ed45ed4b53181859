import { wrapper } from "./json-wrapper.js";

export const cloudwatch = wrapper({
  id: "aws-cloudwatch",
  title: "Amazon CloudWatch Logs subscriptions, queries and filters",
  reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
  is: (r) =>
    "@message" in r ||
    (Array.isArray(r["logEvents"]) && r["logGroup"] !== undefined) ||
    (r["ingestionTime"] !== undefined && r["message"] !== undefined),
  message: ["@message", "logEvents.message", "message"],
  time: ["@timestamp", "logEvents.timestamp", "timestamp"],
});
