/** `cdc acls`: what the account needs on brokers that somebody else runs. */
import type { Command } from "commander";
import { globalsOf, planOf } from "../context.ts";
import { UsageError } from "../exit.ts";
import { shellWord } from "../../lib/shell.ts";
import { print } from "../output.ts";

export function register(program: Command): void {
  program
    .command("acls")
    .summary("the ACLs that brokers of somebody else's have to give")
    .description(
      "Prints, as commands of kafka-acls.sh for their administrator, what the account of cdc:kafka.existing has to be allowed: " +
        "the topics, groups and transactional ids of the plan by their names, and no others. With cdc:security: tls, what each account " +
        "of the stack's own brokers is allowed there. Asks nobody; the stack need not run.",
    )
    .addHelpText(
      "after",
      `
Examples:
  cdc -s prod acls
  cdc -s prod --json acls
What each is for: docs/existing-kafka.md.`,
    )
    .action(async (_: unknown, command: Command) => {
      const globals = globalsOf(command);
      const { plan } = await planOf(globals);
      const { fromHost } = plan.kafka.endpoints;
      if (plan.kafka.existing === undefined && plan.security === "tls") {
        const { aclArguments } = await import("../../plan/acls.ts");
        const { principalAcls } = await import("../../plan/principals.ts");
        const principals = principalAcls(plan);
        const text = Object.entries(principals).flatMap(([user, acls]) =>
          acls.map((acl) => `User:${user} ${aclArguments(acl).join(" ")}`),
        );
        print({ json: { principals }, text: text.join("\n") }, globals);
        return;
      }
      // Who logs in by SASL is who brokers know, whatever certificate is shown beside.
      const user = fromHost.sasl?.user ?? fromHost.certificate?.subject;
      if (plan.kafka.existing === undefined || user === undefined) {
        throw new UsageError(
          `nobody logs in to the brokers of stack ${plan.stack}`,
          "name brokers that somebody else runs, and an account on them (cdc:kafka.existing.sasl, or tls.certFile; docs/existing-kafka.md)",
        );
      }
      const { aclArguments, neededAcls } = await import("../../plan/acls.ts");
      const acls = neededAcls(plan);
      const whose = `kafka-acls.sh --bootstrap-server ${fromHost.bootstrap} --add --allow-principal ${shellWord(`User:${user}`)}`;
      const lines = acls.map((acl) => `${whose} ${aclArguments(acl).join(" ")}`);
      print({ json: { user, acls }, text: lines.join("\n") }, globals);
    });
}
