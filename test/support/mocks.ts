/** The one harness for Pulumi's mocks: records what a program registers, without an engine. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Options as the program gave them; not there for resources registered outside a recorded component. */
  readonly options: pulumi.CustomResourceOptions;
  /** Type of the parent, from the URN. */
  readonly urn: string;
}

/** Equal for two resources between which an update makes no step. */
export function keyOf({ type, name, inputs }: Registered): string {
  // Its lists are no change of their own (test/provider/gone-containers.test.ts).
  const { containers: _, volumes: __, ...rest } = inputs;
  return JSON.stringify({ type, name, inputs: type === "cdc:index:GoneContainers" ? rest : inputs });
}

/** Pulumi's mark of a secret on the wire, and the key of the secret's value beside it. */
const secretMark = "4dabf18193072939515e22adb298388d";
const secretSign = "1b47061264138c4ac30d75fd1eb44270";

function secretOf(value: string) {
  return { [secretMark]: secretSign, value };
}

/** The same in every run: what is made of it stands in snapshots. */
const testAuthority = {
  certificate: readFileSync(new URL("authority.pem", import.meta.url), "utf8"),
  privateKey: secretOf("key-of-authority"),
};

const testKey = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;

/** Outputs that a provider would compute. */
function computed(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  switch (args.type) {
    case "docker:index/remoteImage:RemoteImage":
      return { imageId: `sha256:${String(args.inputs["name"])}` };
    case "cdc:index:RandomPassword":
      // The engine marks it, as the resource's additionalSecretOutputs say; mocks do not.
      return { result: secretOf(`password-of-${args.name}`) };
    case "cdc:index:CertificateAuthority":
      return { ...testAuthority, until: "2049-12-31T23:59:59Z" };
    case "cdc:index:Certificate":
      // A worker's goes into a key store, for which it has to be one.
      return args.name.startsWith("connect")
        ? { certificate: testAuthority.certificate, privateKey: secretOf(testKey) }
        : { certificate: `certificate-of-${args.name}`, privateKey: secretOf(`key-of-${args.name}`) };
    case "cdc:index:AcceptedPassword":
      return { acceptedAt: "2026-01-01T00:00:00Z" };
    case "cdc:index:Identity":
      return { identity: "0123456789abcdef", checkout: "/checkout" };
    case "cdc:index:GoneContainers":
      return { times: {} };
    case "cdc:index:ContainerReady":
      return {
        startedAt: "2026-01-01T00:00:00Z",
        memoryHeldMiB: args.inputs["memoryLimitMiB"],
        pidsHeld: args.inputs["pidsLimit"],
      };
    case "cdc:index:PreparedImage":
      return { imageId: `sha256:${String(args.inputs["kind"])}-of-${String(args.inputs["image"])}` };
    case "cdc:index:Flow":
      return { latencyMs: args.inputs["index"] === undefined ? 42 : 77, provenAt: "2026-01-01T00:00:03Z" };
    case "cdc:index:Indices":
      return { clusterUuid: "cluster-1", fills: 0 };
    case "cdc:index:TablesRead":
      return { checkedAt: "2026-01-01T00:00:02Z" };
    case "cdc:index:Connector":
      return { state: "RUNNING", taskStates: ["RUNNING"], appliedAt: "2026-01-01T00:00:01Z" };
    case "command:local:Command":
      return { stdout: JSON.stringify({ latencyMs: { shard0: 77 } }) };
    default:
      return {};
  }
}

/**
 * Runs `program` under mocks until everything is registered.
 * @param preview true for a preview: computed outputs are unknown, and `apply` does not run.
 */
export async function register(
  program: (options: pulumi.ComponentResourceOptions) => void | Promise<void>,
  preview = false,
): Promise<Registered[]> {
  const options = new Map<string, pulumi.ResourceOptions>();
  const found: Omit<Registered, "options">[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        if (args.custom !== undefined || args.type.startsWith("cdc:"))
          found.push({ type: args.type, name: args.name, inputs: args.inputs as Record<string, unknown>, urn: "" });
        return { id: `${args.name}-id`, state: { ...args.inputs, ...(preview ? {} : computed(args)) } };
      },
      call: () => ({}),
    },
    "cdc",
    "test",
    preview,
  );
  await program({
    transformations: [
      (args) => {
        options.set(`${args.type} ${args.name}`, args.opts);
        return undefined;
      },
    ],
  });
  await pulumi.runtime.disconnect();
  return found
    .map((resource) => ({ ...resource, options: options.get(`${resource.type} ${resource.name}`) ?? {} }))
    .toSorted((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

/** What of a value would stand in clear in the state: everything but the values marked as secret. */
export function inClear(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isSecret(part) ? "[secret]" : part)) ?? "";
}

/** The value without Pulumi's mark of a secret. */
export function reveal(value: unknown): unknown {
  return isSecret(value) ? value.value : value;
}

function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && secretMark in value;
}
