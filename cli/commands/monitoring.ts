/** `cdc monitoring export`: files for a Prometheus of one's own. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { messageOf } from "../../lib/run.ts";
import { writeWhole } from "../../lib/whole-file.ts";
import { globalsOf, openStack } from "../context.ts";
import { UsageError } from "../exit.ts";
import { print } from "../output.ts";

export function register(program: Command): void {
  const monitoring = program
    .command("monitoring")
    .summary("files for a Prometheus of one's own")
    .description("Writes what a Prometheus of one's own needs to read the guard's metrics and to raise alerts on them.")
    .helpCommand(false);
  registerExport(monitoring);
}

function registerExport(monitoring: Command): void {
  monitoring
    .command("export")
    .option("-o, --out <folder>", "where to; made when it is not there", ".")
    .summary("alerting rules, where the metrics are, and a Grafana dashboard")
    .description(
      "Writes alerting rules, a scrape configuration and a Grafana dashboard for the stack as its file has it, in place of those of before; the stack " +
        "need not run. With another setting or shard they are other ones: export them again.",
    )
    .addHelpText("after", "\nExample:\n  cdc monitoring export --out /etc/prometheus/cdc")
    .action(async ({ out }: { out: string }, command: Command) => {
      const globals = globalsOf(command);
      const { plan, name } = await openStack(globals, "plan");
      const [{ alertRules }, { isMonitored }, { monitoringFiles }] = await Promise.all([
        import("../../plan/alerts.ts"),
        import("../../plan/guard.ts"),
        import("../monitoring/files.ts"),
      ]);
      const { guard } = plan;
      if (!isMonitored(guard)) {
        throw new UsageError(
          `the stack ${plan.stack} has no metrics: cdc:monitoring.enabled is false`,
          "set cdc:monitoring.enabled to true in the stack's file, run pulumi up, then export again",
        );
      }
      const files = monitoringFiles(plan.stack, alertRules(plan, guard, name), guard, plan.readSide !== undefined);
      const folder = resolve(out);
      const written = files.map((file) => ({ ...file, path: join(folder, file.name) }));
      try {
        await mkdir(folder, { recursive: true });
        for (const { path, text } of written) await writeWhole(path, text);
      } catch (error) {
        throw new UsageError(`${folder} cannot be written to: ${messageOf(error)}`, "name another folder with --out");
      }
      const paths = written.map(({ path }) => path);
      print({ json: { files: paths }, text: paths.map((path) => `wrote ${path}`).join("\n") }, globals);
    });
}
