import { expect, test } from "vitest";
import { readSettings } from "../../../apps/guard/settings.ts";

const settings = {
  connectUrls: ["http://connect:8083"],
  bootstrap: "kafka:29092",
  checkSeconds: 5,
  stallSeconds: 30,
  restartAfterSeconds: [0],
};
const tls = { ca: "PEM" };

test.each([
  settings,
  { ...settings, connectUrls: [{ url: "https://connect:8443", tls }], bootstrap: { bootstrap: "kafka:9093", tls } },
])("what the plan wrote is what is read", (written) => {
  expect(readSettings({ CDC_GUARD_SETTINGS: JSON.stringify(written) })).toEqual(written);
});
