/** Limits of memory and processes for every container: CIS Docker Benchmark 1.8, 5.11 and 5.29. */
import { ofType, shown, types, unknownValue, type StackRule } from "./resource.ts";

export const limitedMemory = limitedBy("memoryLimitMiB", "5.11");
export const limitedProcesses = limitedBy("pidsLimit", "5.29");

/** ContainerReady sets them, and gives them back, so every container needs one with a limit. */
function limitedBy(property: "memoryLimitMiB" | "pidsLimit", item: string): StackRule {
  return (resources) => {
    const ready = ofType(resources, types.containerReady);
    return ofType(resources, types.container).flatMap((resource) => {
      const { name } = resource.inputs;
      // One whose container is not known yet may be any container's.
      const limits = ready
        .filter(
          ({ inputs }) => name === unknownValue || inputs["container"] === unknownValue || inputs["container"] === name,
        )
        .map(({ inputs }) => inputs[property]);
      if (limits.some((limit) => limit === unknownValue || (typeof limit === "number" && limit > 0))) return [];
      return {
        resource,
        property,
        found: shown(limits[0]),
        allowed: "a number above 0, set by a ContainerReady of this container",
        remedy: `create the container by createService, or add a ContainerReady with its name (CIS Docker Benchmark ${item})`,
      };
    });
  };
}
