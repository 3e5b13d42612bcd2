/** SQL for a MySQL server in a container of ours, as root: the password is read there and is in no argument. */
import { mysqlAsRoot } from "../../lib/constants.ts";
import { attempt, type Answer } from "../../clients/docker/client.ts";

const client = `${mysqlAsRoot} --force --batch --skip-column-names --execute="$0"`;

/**
 * Runs statements; one that fails stops no other.
 * @param timeoutMs after that it counts as failed, with what came until then.
 */
export async function sqlIn(container: string, statements: string, timeoutMs = 20_000): Promise<Answer> {
  return await attempt(["exec", container, "sh", "-c", client, statements], { timeoutMs });
}
