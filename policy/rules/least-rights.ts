/** Containers have no more rights than a plain user's process: what CIS Docker Benchmark 1.8, section 5, asks of each. */
import { elements, objects, shown, texts, types, unknownValue, type ResourceRule, type Violation } from "./resource.ts";

interface Item {
  /** Number in the benchmark. */
  readonly cis: string;
  readonly property: string;
  readonly allowed: string;
  readonly remedy: string;
  /** The value that breaks it, as a message shows it. */
  readonly broken: (inputs: Readonly<Record<string, unknown>>) => string | undefined;
}

/** Folders of the machine whose owner owns the machine. */
const machineFolders = [
  "/",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/proc",
  "/root",
  "/run",
  "/sys",
  "/usr",
  "/var",
  "/var/run",
];

const items: readonly Item[] = [
  {
    cis: "5.4",
    property: "capabilities.drops",
    allowed: 'a list with "ALL"',
    remedy: 'set capabilities { drops: ["ALL"] }: a process that is not root needs none',
    broken: ({ capabilities }) => {
      if (capabilities === unknownValue) return undefined;
      const { drops } = (capabilities ?? {}) as { readonly drops?: unknown };
      return texts(drops).some((one) => one.toUpperCase() === "ALL") || drops === unknownValue
        ? undefined
        : shown(drops);
    },
  },
  {
    cis: "5.4",
    property: "capabilities.adds",
    allowed: "an empty list",
    remedy: "leave it out, and run the process as a user that owns what it writes",
    broken: ({ capabilities }) => {
      const { adds } = (capabilities ?? {}) as { readonly adds?: unknown };
      return elements(adds).length > 0 ? shown(adds) : undefined;
    },
  },
  {
    cis: "5.5",
    property: "privileged",
    allowed: "false",
    remedy: "leave it out",
    broken: ({ privileged }) => (privileged === true ? "true" : undefined),
  },
  {
    cis: "5.26",
    property: "securityOpts",
    allowed: 'a list with "no-new-privileges:true"',
    remedy: 'set securityOpts ["no-new-privileges:true"]',
    broken: ({ securityOpts }) =>
      securityOpts === unknownValue || texts(securityOpts).some((one) => /^no-new-privileges(?:[:=]true)?$/.test(one))
        ? undefined
        : shown(securityOpts),
  },
  {
    cis: "5.22",
    property: "securityOpts",
    allowed: "none that ends with unconfined",
    remedy: "leave seccomp and AppArmor at the engine's default profiles",
    broken: ({ securityOpts }) => texts(securityOpts).find((one) => one.endsWith("unconfined")),
  },
  {
    cis: "4.1",
    property: "user",
    allowed: "another user than root",
    remedy: "leave it out where the image has a user of its own, else name one, as UID:GID",
    broken: ({ user }) => (/^(?:0|root)(?::|$)/.test(typeof user === "string" ? user : "") ? shown(user) : undefined),
  },
  ...(["pidMode", "ipcMode", "usernsMode"] as const).map((property, index) => ({
    cis: ["5.16", "5.17", "5.31"][index] ?? "",
    property,
    allowed: "the container's own",
    remedy: "leave it out",
    broken: ({ [property]: mode }: Readonly<Record<string, unknown>>) => (mode === "host" ? shown(mode) : undefined),
  })),
  {
    cis: "5.6, 5.32",
    property: "volumes",
    allowed: "named volumes, and folders that are not the machine's own",
    remedy: "mount a named volume, or the one folder that is needed",
    broken: ({ volumes, mounts }) =>
      texts([...objects(volumes).map(({ hostPath }) => hostPath), ...objects(mounts).map(({ source }) => source)]).find(
        (path) => machineFolders.includes(path.replace(/(?<=.)\/$/, "")) || path.endsWith("docker.sock"),
      ),
  },
];

/** A container has no capability, gains no privilege, is not root, and shares nothing of the machine's. */
export const leastRights: ResourceRule = (resource) =>
  resource.type !== types.container
    ? []
    : items.flatMap(({ cis, property, allowed, remedy, broken }): Violation[] => {
        const found = broken(resource.inputs);
        if (found === undefined) return [];
        return [{ resource, property, found, allowed, remedy: `${remedy} (CIS Docker Benchmark ${cis})` }];
      });
