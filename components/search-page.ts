/** The search page: a small container that shows what the index holds. */
import * as pulumi from "@pulumi/pulumi";
import { searchPageEntry } from "../provider/scripts/container-code.ts";
import { enginePasswordFile } from "../lib/constants.ts";
import { itself } from "../plan/endpoints.ts";
import type { Owner } from "../plan/owner.ts";
import type { SearchPagePlan } from "../plan/types.ts";
import { createCodeVolume } from "./code-volume.ts";
import { createService } from "./docker.ts";
import type { Networks } from "./networks.ts";

/** Where the container finds its code, laid out as in the checkout. */
const codeFolder = "/opt/cdc/page";

/** Answers as long as the process does, whatever the engine does: what is wrong with that, the page tells. */
const health = (port: number) =>
  `node -e "fetch('http://${itself.address}:${port}/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"`;

export interface SearchPageArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  /** An image with Node. */
  readonly image: pulumi.Input<string>;
  readonly plan: SearchPagePlan;
  /** Of the engine's user; undefined where nobody logs in. */
  readonly enginePassword: pulumi.Output<string> | undefined;
}

export class SearchPage extends pulumi.ComponentResource {
  /** Where a browser on this machine finds it; known when the page answers. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: SearchPageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:SearchPage", name, {}, opts);
    const { owner, networks, plan } = args;
    const parent = { parent: this };

    const { volume, brought } = createCodeVolume(
      { name, owner, networks, container: plan.container, entry: searchPageEntry, image: args.image },
      parent,
    );
    const { ready } = createService(
      {
        owner,
        networks,
        plan,
        image: args.image,
        // The official image's and the packaged one's user `node`.
        user: "1000:1000",
        command: ["node", `${codeFolder}/${searchPageEntry}`],
        environment: { CDC_PAGE_SETTINGS: JSON.stringify({ ...plan.settings, port: plan.port.internal }) },
        uploads:
          args.enginePassword === undefined
            ? []
            : [{ file: enginePasswordFile, content: args.enginePassword, permissions: "0444" }],
        volumes: [{ volumeName: volume.name, containerPath: codeFolder, readOnly: true }],
        healthCheck: health(plan.port.internal),
        stopSeconds: 10,
      },
      // It waits for no engine: without one it says so, and finds it as it comes.
      { ...parent, dependsOn: [brought] },
    );
    this.url = ready.id.apply(() => plan.endpoints.fromHost.url);
    this.registerOutputs();
  }
}
