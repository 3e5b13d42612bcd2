/** Nothing is published beyond the addresses that are allowed: Kafka and Connect ask nobody who they are. */
import { elements, fields, shown, types, unknownValue, type Resource, type Violation } from "./resource.ts";

export const loopback: readonly string[] = ["127.0.0.1", "::1"];

/** @param allowedAddresses host addresses that ports may be published on. Default: loopback. */
export function publishedAddresses(resource: Resource, allowedAddresses: readonly string[] = loopback): Violation[] {
  if (resource.type !== types.container) return [];
  const allowed = allowedAddresses.join(", ");
  const remedy =
    `publish on ${allowedAddresses[0] ?? "no address"}, or name the address in ` +
    "allowedAddresses of the policy's configuration (--policy-pack-config)";
  const violations: Violation[] = [];
  for (const [index, port] of elements(resource.inputs["ports"]).entries()) {
    const { ip, external } = fields(port);
    if (port === unknownValue || ip === unknownValue || allowedAddresses.includes(String(ip))) continue;
    const found = `${ip === undefined || ip === "" ? "not set, which is every address" : shown(ip)} (port ${shown(external)})`;
    violations.push({ resource, property: `ports[${index}].ip`, found, allowed, remedy });
  }
  if (resource.inputs["publishAllPorts"] === true)
    violations.push({
      resource,
      property: "publishAllPorts",
      found: "true, which is every address",
      allowed: "false",
      remedy: "list the ports that are needed under ports, each with its ip",
    });
  if (resource.inputs["networkMode"] === "host")
    violations.push({
      resource,
      property: "networkMode",
      found: '"host", which is every address of this machine',
      allowed: "a network of the stack's own",
      remedy: "leave networkMode out and list the network under networksAdvanced",
    });
  return violations;
}
