/** Walking through the syntax of a module. */
import ts from "typescript";

export interface Place {
  /** Counted from 1. */
  readonly line: number;
  /** The node as it is written. */
  readonly text: string;
}

/** Visits every node of a module's text, the outer ones first. @param visit gets the node and where it stands, when it asks. */
export function eachNode(text: string, visit: (node: ts.Node, placeOf: (node: ts.Node) => Place) => void): void {
  const source = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest);
  const placeOf = (node: ts.Node): Place => ({
    line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
    text: node.getText(source),
  });
  const walk = (node: ts.Node): void => {
    visit(node, placeOf);
    ts.forEachChild(node, walk);
  };
  walk(source);
}
