// JavaScript, so that a Node that is too old for TypeScript is told by name, and not by a stack trace.
import { nodeProblem } from "./lib/node-version.cjs";

// Pulumi's runtime looks every stack trace up in source maps, and takes one for every promise: a fifth of a preview's processor
// time. Node runs these files line by line as they are, so its own traces name the same places.
Error.prepareStackTrace = undefined;

const problem = nodeProblem();
if (problem !== undefined) {
  const { RunError } = await import("@pulumi/pulumi");
  throw new RunError(problem);
}
export default await import("./index.ts");
