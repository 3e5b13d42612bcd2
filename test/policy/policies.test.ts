/** The wiring: what the SDK hands over reaches the rules, and what they find reaches the SDK, under the right policy. */
import {
  Secret,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationArgs,
} from "@pulumi/policy";
import { expect, test } from "vitest";
import { plainProperties } from "../../policy/plain.ts";
import { policies } from "../../policy/policies.ts";
import { secretValue, types, unknownValue } from "../../policy/rules/resource.ts";
import { connector, mysqlServer } from "./graph.ts";

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** As the SDK wraps properties: whoever reads an unknown value is thrown out. */
function wrapped(props: Record<string, unknown>): Record<string, unknown> {
  return new Proxy(props, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (value === unknownText) throw new Error(`unknown value at ${String(key)}`);
      return value;
    },
  });
}

function policyNamed(name: string): (typeof policies)[number] {
  const found = policies.find((policy) => policy.name === name);
  if (found === undefined) throw new Error(`no policy ${name}`);
  return found;
}

function argsOf(type: string, props: Record<string, unknown>, config: object = {}): ResourceValidationArgs {
  const args = { type, name: "thing", urn: `urn:thing`, props: wrapped(props), getConfig: () => config };
  return args as unknown as ResourceValidationArgs;
}

/** What a resource policy reports: remediation first, then validation, as the engine calls them. */
async function reports(name: string, args: ResourceValidationArgs, remediate = true): Promise<string[]> {
  const policy = policyNamed(name) as ResourceValidationPolicy;
  const messages: string[] = [];
  if (remediate) expect(await policy.remediateResource?.(args)).toBeUndefined();
  const validate = [policy.validateResource ?? []].flat();
  for (const look of validate) await look(args, (message) => messages.push(message));
  return messages;
}

test("names are unique, and all but the stop's grace are enforced", () => {
  expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
  expect(policies.filter(({ enforcementLevel }) => enforcementLevel === "advisory").map(({ name }) => name)).toEqual([
    "graceful-stop",
  ]);
});

test("properties become plain data, whatever stands guard over them", () => {
  const props = wrapped({ a: unknownText, b: [{ c: new Secret("s") }, unknownText], d: { e: 1 } });
  expect(() => props["a"]).toThrow("unknown value");
  expect(plainProperties(props)).toEqual({ a: unknownValue, b: [{ c: secretValue }, unknownValue], d: { e: 1 } });
});

test("resource policies report what their rule finds, and pass over what is not known yet", async () => {
  const [message] = await reports("pinned-images", argsOf(types.remoteImage, { name: "mysql" }));
  expect(message).toContain('thing: name is "mysql"');
  expect(await reports("pinned-images", argsOf(types.remoteImage, { name: unknownText }))).toEqual([]);
});

test("allowed addresses come from the policy's configuration", async () => {
  const props = { ports: [{ internal: 1, external: 1, ip: "192.0.2.1" }] };
  expect(await reports("loopback-only", argsOf(types.container, props))).toHaveLength(1);
  const config = { allowedAddresses: ["192.0.2.1"] };
  expect(await reports("loopback-only", argsOf(types.container, props, config))).toEqual([]);
});

test("stack policies report at the resource in question", async () => {
  const policy = policyNamed("one-connector-per-shard");
  if (!("validateStack" in policy)) throw new Error("not a stack policy");
  const resources = [mysqlServer(), connector(), connector({}, "second")].map(({ type, name, inputs }) => ({
    type,
    name,
    urn: `urn:${name}`,
    props: wrapped({ ...inputs }),
  }));
  const reported: [string, string | undefined][] = [];
  const args = { resources, getConfig: () => ({}) } as unknown as StackValidationArgs;
  await policy.validateStack(args, (message, urn) => reported.push([message, urn]));
  expect(reported).toEqual([[expect.stringContaining("second: config.database.hostname is db:3306"), "urn:second"]]);
});

test("marked secrets are no violation, the same text in clear is one", async () => {
  const marked = argsOf("mysql:index/user:User", { plaintextPassword: new Secret("abc") });
  expect(await reports("no-clear-secrets", marked)).toEqual([]);
  const [message] = await reports("no-clear-secrets", argsOf("mysql:index/user:User", { plaintextPassword: "abc" }));
  expect(message).toContain("thing: plaintextPassword is text in clear");
});

test("without the marks the policy says that it cannot tell, rather than nothing", async () => {
  const other = { ...argsOf("x", { password: "abc" }), urn: "urn:never-remediated" };
  expect(await reports("no-clear-secrets", other, false)).toEqual([expect.stringContaining("cannot tell secrets")]);
});
