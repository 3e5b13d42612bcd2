/** A program of this checkout in a volume, for the container that runs it. */
import * as command from "@pulumi/command";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { codeOf } from "../provider/scripts/container-code.ts";
import type { Owner } from "../plan/owner.ts";
import { createVolume } from "./docker.ts";
import type { Networks } from "./networks.ts";

export interface CodeVolumeArgs {
  /** Prefix of the logical names. */
  readonly name: string;
  readonly owner: Owner;
  readonly networks: Networks;
  /** Name of the container that runs it; the volume's name begins with it. */
  readonly container: string;
  /** The program, relative to the checkout. */
  readonly entry: string;
  /** An image with sh and tar. */
  readonly image: pulumi.Input<string>;
}

export interface CodeVolume {
  readonly volume: docker.Volume;
  /** The container depends on it: until then the volume is empty. */
  readonly brought: command.local.Command;
}

/** Creates `NAME-code` and `NAME-bring`. */
export function createCodeVolume(args: CodeVolumeArgs, parent: pulumi.CustomResourceOptions): CodeVolume {
  const { name, entry } = args;
  // Named by its content: changed code is another volume and a new container, and a preview shows it.
  const { owner, networks } = args;
  const named = `${args.container}-${codeOf(entry).hash}`;
  const volume = createVolume(`${name}-code`, { owner, networks, volume: named }, parent);
  const brought = new command.local.Command(
    `${name}-bring`,
    {
      create: "node provider/scripts/install-code.ts",
      environment: { CDC_CODE_ENTRY: entry, CDC_CODE_VOLUME: volume.name, CDC_CODE_IMAGE: args.image },
      logging: command.local.Logging.Stderr,
    },
    { ...parent, deletedWith: volume },
  );
  return { volume, brought };
}
