/** The rules as Pulumi policies: names, levels and settings. What is right and wrong is said in rules/. */
import type {
  EnforcementLevel,
  ResourceValidationPolicy,
  ResourceValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { plainProperties } from "./plain.ts";
import { loopback, publishedAddresses } from "./rules/addresses.ts";
import { oneConnectorPerShard } from "./rules/connectors.ts";
import { pinnedImages } from "./rules/images.ts";
import { leastRights } from "./rules/least-rights.ts";
import { limitedMemory, limitedProcesses } from "./rules/limits.ts";
import { renderViolation, type Resource, type ResourceRule, type StackRule, type Violation } from "./rules/resource.ts";
import { clearSecrets } from "./rules/secrets.ts";
import { sameTimeZone } from "./rules/time-zone.ts";
import { orderedTopics } from "./rules/topics.ts";
import { uniqueIds } from "./rules/unique.ts";
import { gracefulStop, keptVolumes } from "./rules/volumes.ts";

type Seen = Pick<ResourceValidationArgs, "type" | "name" | "props">;

function resourceOf({ type, name, props }: Seen): Resource {
  return { type, name, inputs: plainProperties(props) };
}

function perResource(
  name: string,
  description: string,
  rule: ResourceRule,
  enforcementLevel: EnforcementLevel = "mandatory",
): ResourceValidationPolicy {
  return {
    name,
    description,
    enforcementLevel,
    validateResource: (args, report) => {
      for (const violation of rule(resourceOf(args))) report(renderViolation(violation));
    },
  };
}

function perStack(name: string, description: string, rule: StackRule): StackValidationPolicy {
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    validateStack: (args, report) => {
      const urns = new Map(args.resources.map((seen) => [resourceOf(seen), seen.urn]));
      for (const violation of rule([...urns.keys()])) report(renderViolation(violation), urns.get(violation.resource));
    },
  };
}

const loopbackOnly: ResourceValidationPolicy = {
  name: "loopback-only",
  description: "Ports are published on loopback only, unless allowedAddresses says otherwise.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      allowedAddresses: {
        type: "array",
        items: { type: "string" },
        default: [...loopback],
        description: "Addresses of this machine that ports may be published on.",
      },
    },
  },
  validateResource: (args, report) => {
    const { allowedAddresses } = args.getConfig<{ allowedAddresses?: string[] }>();
    for (const violation of publishedAddresses(resourceOf(args), allowedAddresses)) report(renderViolation(violation));
  },
};

/**
 * The SDK uncovers secrets before it validates; only to remediations it hands them with their marks. So this policy
 * looks while it could remediate, changes nothing, and reports when the same resource is validated, which is next.
 */
function noClearSecrets(): ResourceValidationPolicy {
  const found = new Map<string, Violation[]>();
  let saidSo = false;
  return {
    name: "no-clear-secrets",
    description: "Secrets are nowhere written in clear.",
    enforcementLevel: "remediate",
    remediateResource: (args) => {
      found.set(args.urn, clearSecrets(resourceOf(args)));
    },
    validateResource: (args, report) => {
      const violations = found.get(args.urn);
      if (violations === undefined && !saidSo) {
        saidSo = true;
        report(
          "this policy cannot tell secrets from clear text at any enforcement level but remediate.\n" +
            "What to do: take its enforcementLevel out of the policy's configuration, or disable the policy.",
        );
      }
      for (const violation of violations ?? []) report(renderViolation(violation));
    },
  };
}

export const policies: (ResourceValidationPolicy | StackValidationPolicy)[] = [
  perResource("pinned-images", "Images are pinned to a version or a digest.", pinnedImages),
  loopbackOnly,
  perStack("one-connector-per-shard", "Every MySQL server has exactly one connector.", oneConnectorPerShard),
  perStack("unique-ids", "Ids, names, ports and data volumes exist once.", uniqueIds),
  noClearSecrets(),
  perResource("least-rights", "Containers have no more rights than a plain user's process.", leastRights),
  perStack("limited-memory", "Every container has a limit of memory.", limitedMemory),
  perStack("limited-processes", "Every container has a limit of processes.", limitedProcesses),
  perResource("kept-volumes", "Stateful containers keep their data on named volumes.", keptVolumes),
  // Advisory: both servers survive being killed, they only start more slowly.
  perResource("graceful-stop", "Stateful containers get the time to stop.", gracefulStop, "advisory"),
  perStack("same-time-zone", "Connectors read in the time zone of their server.", sameTimeZone),
  perStack("ordered-topics", "Topics that are replayed in order have one partition and are kept.", orderedTopics),
];
