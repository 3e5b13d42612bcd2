/** Turns what the policy SDK hands over into plain data that rules can read. */
import { Secret } from "@pulumi/policy";
import { secretValue, unknownValue } from "./rules/resource.ts";

/**
 * How the engine writes values that are not known before an update, one for each kind of value.
 * Source: github.com/pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go.
 */
const unknownValues = new Set<unknown>([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // text
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // list
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/**
 * Copies properties, with `unknownValue` where a value is not known yet and `secretValue` where the SDK kept the engine's mark.
 * The SDK wraps properties in proxies whose reads throw at unknown values and uncover secrets; property descriptors
 * go round them.
 */
export function plainProperties(props: object): Record<string, unknown> {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(props));
  return Object.fromEntries(descriptors.map(([key, { value }]) => [key, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (unknownValues.has(value)) return unknownValue;
  if (value instanceof Secret) return secretValue;
  if (Array.isArray(value)) return value.map(plainValue);
  // Assets and archives have a class of their own; no rule looks into them.
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return plainProperties(value);
  return value;
}
