import { describe, expect, it } from "vitest";
import { recordKey, type UniqueKey } from "../../../cli/reconcile/record-key.ts";

const columns = ["id", "region", "code", "name"];
const primary: UniqueKey = { name: "PRIMARY", columns: ["id"] };
const unique: UniqueKey = { name: "k", columns: ["region", "code"] };

describe("the columns of the records' key", () => {
  it.each<[what: string, keys: readonly UniqueKey[], property: string | undefined, expected: readonly string[]]>([
    ["the primary key", [primary, unique], undefined, ["id"]],
    ["the first unique key", [unique, { name: "l", columns: ["name"] }], undefined, ["region", "code"]],
    [
      "those that the connector names, as it names them",
      [primary, unique],
      "shop.items:code,region",
      ["code", "region"],
    ],
    ["more than a unique key", [primary], "(.*).items:name,ID", ["name", "id"]],
    ["the primary key where another table is named", [primary], "shop.others:name", ["id"]],
    ["several by a pattern", [unique], "shop.others:x;shop.items:(region|code)", ["region", "code"]],
  ])("are %s", (_, keys, property, expected) => {
    expect(recordKey("shop.items", columns, keys, property)).toEqual(expected);
  });

  it("are none where rows cannot be told apart", () => {
    expect(() => recordKey("shop.items", columns, [], undefined)).toThrow(/no primary key, and no unique key/);
    expect(() => recordKey("shop.items", columns, [primary], "shop.items:name")).toThrow(/names name, by which rows/);
  });
});
