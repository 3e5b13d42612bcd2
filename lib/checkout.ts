/** Where this checkout is. */
import { join } from "node:path";

/** The folder of index.ts and package.json, absolute. */
export const checkoutFolder = join(import.meta.dirname, "..");
