/** The operator's page as the browser gets it: its own few files, and those of the library that draws plots. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesIn, pageFile, type PageFile } from "../../../lib/page-files.ts";

/** Its folder `dist`: the entry for Node lies beside what browsers take. */
const plots = dirname(fileURLToPath(import.meta.resolve("uplot")));

/** By path. */
export const files: ReadonlyMap<string, PageFile> = new Map([
  ...filesIn(join(import.meta.dirname, "public")),
  ["/uplot.js", pageFile(join(plots, "uPlot.esm.js"))],
  ["/uplot.css", pageFile(join(plots, "uPlot.min.css"))],
]);
