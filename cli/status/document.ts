/** Writes docs/status.schema.json, the published shape of `cdc status --json`. Run it after a change of schema.ts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { statusSchema } from "./schema.ts";
import { checkoutFolder } from "../../lib/checkout.ts";

/** The file's text. */
export function renderSchema(): string {
  const schema = z.toJSONSchema(statusSchema, { target: "draft-7" });
  return `${JSON.stringify({ title: "cdc status --json", ...schema }, undefined, 2)}\n`;
}

if (import.meta.main) {
  const file = join(checkoutFolder, "docs", "status.schema.json");
  writeFileSync(file, renderSchema());
  console.log(`wrote ${file}`);
}
