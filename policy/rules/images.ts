/** Images are pinned: what ran yesterday runs tomorrow. */
import { shown, types, type ResourceRule, type Violation } from "./resource.ts";

const allowed = "a reference with a tag other than latest, or with a digest";
const remedy = "write the version, for example mysql:9.7 or mysql@sha256:DIGEST";

/** `RemoteImage.name`, `PreparedImage.image` and `Container.image` are pinned references; an `image` may be an image id as well. */
export const pinnedImages: ResourceRule = (resource) => {
  const property = { [types.remoteImage]: "name", [types.preparedImage]: "image", [types.container]: "image" }[
    resource.type
  ];
  if (property === undefined) return [];
  const reference = resource.inputs[property];
  // Not known yet, or left out, which the provider refuses itself.
  if (typeof reference !== "string") return [];
  if (isPinned(reference) || (property === "image" && isImageId(reference))) return [];
  const violation: Violation = { resource, property, found: shown(reference), allowed, remedy };
  return [violation];
};

function isPinned(reference: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(reference)) return true;
  // A colon before the last slash belongs to a registry's port.
  const [, tag] = /:([\w][\w.-]*)$/.exec(reference.slice(reference.lastIndexOf("/") + 1)) ?? [];
  return tag !== undefined && tag !== "latest";
}

function isImageId(reference: string): boolean {
  return /^(sha256:)?[0-9a-f]{64}$/.test(reference);
}
