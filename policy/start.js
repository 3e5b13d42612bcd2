// JavaScript, so that Node loads what follows itself: Pulumi's start-up of policy packs hands .ts entry points
// to a bundled ts-node, which knows neither ES modules nor imports that end in .ts.
export { pack } from "./pack.ts";
