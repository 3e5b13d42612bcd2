/** Who is told of alerts, as it is read once it is decrypted. */
import { expect, test } from "vitest";
import { readAlertsTo } from "../../config/alerts-to.ts";

test.each([
  ["https://alerts.example.com/hook/tok3n?a=b", "https://alerts.example.com/hook/tok3n?a=b"],
  [" http://10.0.0.7:9000/x\n", "http://10.0.0.7:9000/x"],
  ["HTTPS://user:pw@example.com", "https://user:pw@example.com/"],
])("%s is a webhook", (text, url) => {
  expect(readAlertsTo(text)).toEqual({ webhook_configs: [{ url, send_resolved: true }] });
});

test("a receiver is taken as Alertmanager writes it", () => {
  expect(readAlertsTo("slack_configs:\n  - api_url: https://hooks.example.com/T0\n    channel: '#cdc'\n")).toEqual({
    slack_configs: [{ api_url: "https://hooks.example.com/T0", channel: "#cdc" }],
  });
  expect(readAlertsTo('{"pagerduty_configs": [{"routing_key": "k"}], "webhook_configs": []}')).toHaveProperty(
    "pagerduty_configs",
  );
});

test.each([
  ["ftp://example.com/tok3n", "a URL that is not of HTTP"],
  ["http://:80/tok3n", "a URL that is not of HTTP"],
  ["tok3n", "a text that is no URL"],
  ["", "a text that is no URL"],
  ["- tok3n", "a text that is no URL"],
  ["{tok3n", "neither a URL nor YAML"],
  ["{}", "something else than lists"],
  ["name: tok3n\nslack_configs: []", "something else than lists"],
  ["slack_configs: tok3n", "something else than lists"],
])("%j is refused without being shown", (text, found) => {
  expect(() => readAlertsTo(text)).toThrow(new RegExp(`CDC-417 cdc:monitoring\\.alertsTo: found .*${found}`));
  expect(() => readAlertsTo(text)).not.toThrow(/tok3n/);
});

test("CDC-417's way out is a URL or a receiver, as the message names them", () => {
  for (const text of ["http://example.com", "https://example.com", "slack_configs: [{}]"])
    expect(() => readAlertsTo(text)).not.toThrow();
});
