/**
 * The rooms of the house, and who may import whom: the one list. `npm run lint` holds the code to it, and the table of
 * docs/architecture.md is made of it (`npm run docs`).
 */

export interface Room {
  /** A folder of the checkout, or a file at its top. */
  readonly path: string;
  /** What is in it, in a sentence; Markdown. */
  readonly what: string;
  /** Rooms whose values and types it may import; its own files it always may. A folder stands for all rooms in it. */
  readonly uses: readonly string[];
  /** Rooms of which it may import types alone. */
  readonly types?: readonly string[];
  /** npm packages whose values it may import, as `@scope/name` or `@scope/*`; of every package it may import types. */
  readonly packages?: readonly string[];
  /** No files, no processes, no network. */
  readonly pure?: true;
}

export const rooms: readonly Room[] = [
  {
    path: "start.js",
    what: "the first file that Pulumi runs: tells a Node that is too old by name",
    uses: ["index.ts", "lib"],
    packages: ["@pulumi/pulumi"],
  },
  {
    path: "index.ts",
    what: "configuration → plan → `new Identity` → preflight → `new Data` → `new CdcPipeline` → outputs",
    uses: ["config", "plan", "preflight", "provider", "components"],
    packages: ["@pulumi/pulumi"],
  },
  {
    path: "config",
    what: "what a person may write: schema with words, limits, defaults and upstream names; reads `pulumi.Config` and stack files; the generated reference",
    uses: ["schema", "lib"],
    packages: ["@pulumi/pulumi", "yaml", "zod"],
  },
  {
    path: "plan",
    what: "pure: configuration → plan, or refusals: names, ports, endpoints, options, topics, connector configurations, versions that fit",
    uses: ["lib"],
    types: ["config"],
    pure: true,
  },
  {
    path: "components",
    what: "plan → Pulumi resources, one component a file; the only loop over shards is in `cdc-pipeline.ts`",
    uses: ["provider", "snapshot", "flow", "schema", "config", "plan", "lib"],
    packages: ["@pulumi/*"],
  },
  { path: "sql", what: "a folder per schema; `cdc/` is the pipeline's own", uses: [] },
  {
    path: "provider",
    what: "the resource types of our own plugin, and `scripts/`, which `up` runs through `@pulumi/command`",
    uses: ["preflight", "snapshot", "flow", "schema", "clients", "config", "plan", "lib"],
    packages: ["@peculiar/x509", "@pulumi/pulumi", "reflect-metadata"],
  },
  {
    path: "flow",
    what: "a probe change sent through a shard, and where it got stuck",
    uses: ["clients", "plan", "lib"],
  },
  {
    path: "snapshot",
    what: "tables read by their connector: which were, asking for it, following it, proving it; for `up` and `cdc` alike",
    uses: ["flow", "clients", "plan", "lib"],
  },
  {
    path: "schema",
    what: "schema files: split into statements, read, judged, applied ([schema.md](schema.md))",
    uses: ["clients/mysql", "lib"],
  },
  {
    path: "preflight",
    what: "what must hold in the world before anything is made: machine, engine, topics, servers, whose things are there",
    uses: ["clients", "plan", "lib"],
    types: ["config"],
    packages: ["@pulumi/pulumi"],
  },
  {
    path: "policy",
    what: "what must hold whatever the configuration: a pack for `pulumi preview --policy-pack policy` ([policy.md](policy.md))",
    uses: ["lib"],
    packages: ["@pulumi/policy"],
  },
  {
    path: "clients",
    what: "a folder per outside system, `docker`, `mysql`, `kafka`, `connect`, `opensearch`, and `debezium` for what its connectors write; nobody else opens a connection",
    uses: ["lib"],
    packages: ["mysql2", "@platformatic/kafka", "@opensearch-project/opensearch", "string-width"],
  },
  {
    path: "lib",
    what: "what every room may know: names, versions, refusals and errors with a remedy, running programs, tables of text",
    uses: [],
    packages: ["string-width"],
  },
  {
    path: "cli",
    what: "`cdc`, the commands on a running stack ([cli.md](cli.md)): looking (IO), judging (pure), rendering",
    uses: ["config", "plan", "flow", "snapshot", "preflight", "clients", "lib"],
    packages: ["commander", "string-width", "yaml", "zod"],
  },
  {
    path: "apps/guard",
    what: "what the guard's container runs ([guard.md](guard.md)); `page/`: the operator's page, and what the browser gets of it ([operator-page.md](operator-page.md))",
    uses: ["clients", "lib"],
    types: ["plan"],
    packages: ["prom-client"],
  },
  {
    path: "apps/search-page",
    what: "what the search page's container runs, and what the browser gets ([read-side.md](read-side.md#a-look-at-it))",
    uses: ["clients/http.ts", "clients/tls.ts", "lib"],
    types: ["plan"],
  },
  {
    path: "apps/connect-filter",
    what: "the filter in front of Kafka Connect's REST API, in Java ([its README](../apps/connect-filter/README.md))",
    uses: [],
  },
  {
    path: "apps/sink",
    what: "the sink, a Kafka Connect plugin in Java ([its README](../apps/sink/README.md))",
    uses: [],
  },
  {
    path: "tools/make.ts",
    what: "the verbs of the Makefile",
    uses: ["tools/toolchain", "tools/bench", "config", "lib"],
  },
  {
    path: "tools/toolchain",
    what: "what `make` does around plain `pulumi`: engine, CLI, plugins, images, up, down, the tests",
    uses: ["preflight", "clients", "config", "plan", "lib"],
    packages: ["zod"],
  },
  { path: "tools/images", what: "images built from packages, laid out like the official ones", uses: [] },
  {
    path: "tools/bench",
    what: "`make bench`: the pipeline beside its limits and its peers ([performance.md](performance.md))",
    uses: ["tools/toolchain", "flow", "clients", "config", "plan", "lib"],
    packages: ["@platformatic/kafka", "mysql2", "yaml"],
  },
  {
    path: "docs",
    what: "what people read, and `examples/` to copy",
    uses: [],
    packages: ["@platformatic/kafka"],
  },
  {
    path: "tools/rooms",
    what: "this table, and the check of it",
    uses: ["lib"],
    packages: ["typescript"],
  },
];

/**
 * Programs that are started in one place alone, by the files and folders that may name them: their time limits, errors and
 * remedies are there. tools/bench measures peers by Docker's own command; tools/toolchain/engine.ts looks for the command and
 * starts the service where there is no engine yet.
 */
export const programs: Readonly<Record<string, readonly string[]>> = {
  docker: ["clients/docker", "tools/bench", "tools/toolchain/engine.ts"],
};
