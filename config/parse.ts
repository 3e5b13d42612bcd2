/** From unknown data to a checked configuration, or to a message that says what to change. */
import { configSchema, type PipelineConfig } from "./schema.ts";

/**
 * Checks raw configuration values field by field. What spans shards (duplicates, clashes) is checked by the plan.
 * @throws Error with one line per field at fault: path, what was found, what is allowed.
 */
export function parseConfig(raw: unknown): PipelineConfig {
  const result = configSchema.safeParse(raw);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
    return `  cdc:${path.replace(/^\./, "") || "(configuration)"}: ${issue.message}`;
  });
  throw new Error(`the configuration cannot be used:\n${lines.join("\n")}`);
}
