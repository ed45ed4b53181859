import { wrapper } from "./json-wrapper.js";

export const elasticsearch = wrapper({
  id: "elasticsearch",
  title: "Elasticsearch and OpenSearch documents as elasticdump and the search API write them",
  reference: "https://www.elastic.co/guide/en/elasticsearch/reference/current/mapping-source-field.html",
  is: (r) => typeof r["_source"] === "object" && r["_source"] !== null,
  message: ["_source"],
});
