// JavaScript of the old kind, so that a Node that is too old for everything else loads it and can be told.
"use strict";

const [major, minor] = /(\d+)\.(\d+)/.exec(require("../package.json").engines.node).slice(1).map(Number);

/** What to say of a Node that cannot run this project's TypeScript; undefined for one that can. */
exports.nodeProblem = (version = process.versions.node, program = process.execPath) => {
  const [itsMajor, itsMinor] = version.split(".").map(Number);
  if (itsMajor > major || (itsMajor === major && itsMinor >= minor)) return undefined;
  return (
    `Node.js ${major}.${minor} or newer is needed, but ${program}, the first node on PATH, is ${version}\n` +
    "  what to do: install a current Node.js (24 is what is tested) and put it first on PATH; on Linux npm ci brings one: " +
    'export PATH="$PWD/node_modules/.bin:$PATH"'
  );
};
