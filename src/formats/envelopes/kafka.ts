import { wrapper } from "./json-wrapper.js";

export const kafka = wrapper({
  id: "kafka",
  title: "Kafka records as consumers and Kafka Connect write them",
  reference: "https://docs.confluent.io/platform/current/kafka-rest/api.html",
  is: (r) => typeof r["topic"] === "string" && (r["partition"] !== undefined || r["offset"] !== undefined),
  message: ["value.message", "value.payload", "value", "payload", "message"],
  time: ["timestamp", "ts"],
});
