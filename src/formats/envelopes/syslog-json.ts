import { wrapper } from "./json-wrapper.js";

export const syslogJson = wrapper({
  id: "syslog-json",
  title: "JSON of syslog-ng and rsyslog",
  reference:
    "https://syslog-ng.github.io/admin-guide/110_Template_and_rewrite/000_Customize_message_format/004_Macros_of_syslog-ng",
  is: (r) =>
    (typeof r["MESSAGE"] === "string" &&
      (r["PROGRAM"] !== undefined || r["HOST_FROM"] !== undefined || r["HOST"] !== undefined)) ||
    ((typeof r["msg"] === "string" || typeof r["message"] === "string" || typeof r["rawmsg"] === "string") &&
      (r["syslogtag"] !== undefined || r["fromhost-ip"] !== undefined || r["timereported"] !== undefined)),
  message: ["rawmsg", "MESSAGE", "msg", "message"],
  time: ["ISODATE", "timereported", "timestamp", "DATE", "timegenerated"],
  host: ["HOST", "hostname", "host"],
  program: ["PROGRAM", "programname", "app-name"],
});
