/** Messages to the user from within the provider plugin. */
import * as pulumi from "@pulumi/pulumi";
import type { Say } from "./handler.ts";

/**
 * Makes `pulumi.log` speak to the engine, as it does in a program; a provider's process is not set up for that.
 * @param engineAddress `HOST:PORT`, the plugin's last argument; without it messages go to stdout.
 */
export function connectToEngine(engineAddress: string | undefined): void {
  if (engineAddress !== undefined) pulumi.runtime.resetOptions("", "", -1, engineAddress, "", false, "");
}

const said = new Set<string>();

/** Messages that the engine shows under the resource's name; the same one once, however often the engine asks for a diff. */
export function sayOf(urn: string): Say {
  return tell(urn, pulumi.log.info);
}

/** The same for warnings. */
export function warnOf(urn: string): Say {
  return tell(urn, pulumi.log.warn);
}

function tell(urn: string, log: typeof pulumi.log.info): Say {
  const resource = { urn: pulumi.output(urn) } as pulumi.Resource;
  return (message, isPassing = false) => {
    if (isPassing) {
      void pulumi.log.info(message, resource, undefined, true);
      return;
    }
    if (said.has(`${urn} ${message}`)) return;
    said.add(`${urn} ${message}`);
    void log(message, resource);
  };
}
