// JavaScript, so that a Node that is too old for TypeScript is told by name, and not by a stack trace.
import { nodeProblem } from "./lib/node-version.cjs";

const problem = nodeProblem();
if (problem !== undefined) {
  const { RunError } = await import("@pulumi/pulumi");
  throw new RunError(problem);
}
export default await import("./index.ts");
