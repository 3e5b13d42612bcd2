import { expect, test } from "vitest";
import { withConnectLogin } from "../../plan/connect-access.ts";
import { planWith } from "../support/config.ts";

const secured = { security: "tls", connect: { workers: 2 }, readSide: { enabled: false } };

test("every worker is reached by HTTPS with a login, by the network and from here, and so is it by another worker", () => {
  const { connect, guard } = planWith(secured);
  expect(connect.endpoints).toEqual({
    inNetwork: { url: "https://connect:8083", login: { user: "cdc" } },
    fromHost: { url: "https://localhost:8083", login: { user: "cdc" } },
  });
  for (const { properties, environment } of connect.workers) {
    expect(properties).toMatchObject({
      // Plain at its own loopback alone, which no other container reaches.
      listeners: "https://0.0.0.0:8083,http://127.0.0.1:8084",
      "rest.advertised.listener": "https",
      "listeners.https.ssl.endpoint.identification.algorithm": "https",
    });
    expect(environment["KAFKA_OPTS"]).toContain("-Djava.security.auth.login.config=/opt/cdc/rest/jaas.conf");
  }
  expect(connect.workers[1]?.certificateNames).toEqual([
    "connect-2",
    "cdc-test-connect-2",
    "localhost",
    "127.0.0.1",
    "::1",
  ]);
  expect(guard?.settings.connectUrls).toEqual([
    { url: "https://connect:8083", login: { user: "cdc" } },
    { url: "https://connect-2:8083", login: { user: "cdc" } },
  ]);
});

test("no file of the login lies where a connector's placeholder could name it", () => {
  const { connect } = planWith(secured);
  for (const { properties } of connect.workers) {
    const allowed = properties["config.providers.file.param.allowed.paths"] ?? "";
    const files = Object.entries(properties).filter(([key]) => /^listeners\.https\..*\.location$/.test(key));
    expect(files).toHaveLength(2);
    for (const [, file] of files) expect(file.startsWith(`${allowed}/`)).toBe(false);
  }
});

test("the default is plain, with nothing of it", () => {
  const plan = planWith({});
  expect(plan.security).toBe("plain");
  const [worker] = plan.connect.workers;
  expect(worker?.certificateNames).toBeUndefined();
  expect(JSON.stringify(worker)).not.toMatch(/https:|java\.security\.auth|listeners\.https/);
  expect(plan.connect.endpoints.fromHost).toEqual({ url: "http://localhost:8083" });
});

test("what a login wants is found when it is asked for, and is neither printed nor kept", async () => {
  const access = { password: "s3cret", ca: "PEM" };
  const { connect } = planWith(secured);
  const reached = withConnectLogin(connect, async () => await Promise.resolve(access));
  expect(await reached.endpoints.fromHost.access?.()).toEqual(access);
  expect(await reached.workers[1]?.endpoints.fromHost.access?.()).toEqual(access);
  expect(JSON.stringify(reached)).toBe(JSON.stringify(connect));
  const plain = planWith({}).connect;
  expect(withConnectLogin(plain, async () => await Promise.resolve(access))).toEqual(plain);
});
