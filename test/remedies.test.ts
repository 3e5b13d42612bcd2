/** Every code of docs/refusals.md has a test in which its way out is taken, or a reason why none can. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

/** A test file, and words of it where the way out is taken. */
type Place = readonly [file: string, words: string];

const refusals = "test/config/remedies.test.ts";
const keys = "test/plan/table-keys.test.ts";
const server = "test/e2e/preflight.e2e.ts";
const existing = "test/e2e/existing-mysql.e2e.ts";
const clones = "test/e2e/two-clones.e2e.ts";
const losses = "test/preflight/data.test.ts";
const files = "test/e2e/schema-server.e2e.ts";
const history = "test/e2e/history.e2e.ts";
const existingKafka = "test/e2e/existing-kafka.e2e.ts";
const brokersBefore = "test/preflight/existing-kafka.test.ts";

/** Where the way out is taken of what `test/config/remedies.test.ts` has no line for. */
const places: Readonly<Record<string, Place>> = {
  "CDC-215": [keys, "is refused once, with remedies, each of which is taken"],
  "CDC-417": ["test/config/alerts-to.test.ts", "CDC-417's way out"],
  "CDC-418": ["test/plan/monitoring.test.ts", "CDC-418's way out"],
  "CDC-427": [keys, "is refused by the read side too, until it is left out there"],
  "CDC-702": ["test/e2e/failures.e2e.ts", "a port in use is refused before anything is created"],
  "CDC-703": ["test/preflight/preflight.test.ts", "memory: nine tenths of the engine's are allowed"],
  "CDC-710": [server, "the network segment does not reach them"],
  "CDC-711": ["test/e2e/remedies.e2e.ts", "the CDC account %s"],
  "CDC-712": [server, "with remedies that mend it"],
  "CDC-713": [server, "with remedies that mend it"],
  "CDC-714": [server, "with remedies that mend it"],
  "CDC-715": [server, "with remedies that mend it"],
  "CDC-717": [existing, "with remedies that mend it"],
  "CDC-718": [existing, '"--server-id", "4712"'],
  "CDC-719": ["test/e2e/elsewhere.e2e.ts", "is refused until its administrator has run the file that is named"],
  "CDC-720": [clones, "the commands that the refusal names bring it up beside the first"],
  "CDC-721": [clones, 'await dockerLines("volume", "rm", volume)'],
  "CDC-722": [clones, "without the copied `.cdc/` it is a clone like any other"],
  "CDC-801": [losses, "The remedy works, and is all of it"],
  "CDC-803": [losses, "The remedy works, and is all of it"],
  "CDC-804": [losses, "The remedy works, and is all of it"],
  "CDC-805": [losses, 'allowDelete: ["broker:kafka-2"]'],
  "CDC-807": ["test/plan/quorum.test.ts", "the remedies are taken"],
  "CDC-809": ["test/plan/quorum.test.ts", "the security that the brokers were made with is kept"],
  "CDC-820": ["test/e2e/data-loss.e2e.ts", "CDC-820"],
  "CDC-821": [losses, "looks like a rename, and the remedy works"],
  "CDC-840": [files, "A word is for the content that it was asked for"],
  "CDC-841": ["test/e2e/schema.e2e.ts", "CDC-841"],
  "CDC-842": [files, "with the word it runs"],
  "CDC-843": ["test/config/sql.test.ts", "SQL is not"],
  "CDC-844": [files, "after the mend it goes on there"],
  "CDC-845": ["test/schema/alias-types.test.ts", "with line and remedy"],
  "CDC-850": [history, "without a single transaction yet, can be begun on"],
  "CDC-851": [history, "another server at the same address, which lacks transactions"],
  "CDC-852": [history, "under a connector that has gone on from there"],
  "CDC-853": [history, "a binlog purged unread"],
  "CDC-854": [history, "a server that does not answer is unknown"],
  "CDC-730": [existingKafka, "await brokers.account(user, password"],
  "CDC-731": [existingKafka, "await writeStack();"],
  "CDC-733": [existingKafka, "so is an engine that does not let the user in"],
  "CDC-808": [brokersBefore, "another address of theirs is no other cluster"],
  "CDC-825": [existingKafka, "takeTopics: true"],
};

const warning = "a warning: it stops nothing, and leaves the choice to the reader";

/** Why a way out is taken in no test. */
const reasons: Readonly<Record<string, string>> = {
  "CDC-234": warning,
  "CDC-611": warning,
  "CDC-612": warning,
  "CDC-613": warning,
  "CDC-614": warning,
  "CDC-615": warning,
  "CDC-701": "the engine is the machine's, and no test's to start",
  "CDC-704": warning,
  "CDC-705": "no test fills the machine's disk, nor frees it",
  "CDC-706": "`make up` of every end-to-end test builds the images that are missing, before it looks",
  "CDC-707": "the volume of another MySQL needs its image, and packages have one MySQL only",
  "CDC-708": warning,
  "CDC-709": "no test needs a registry; its way out, `cdc:images: packages`, is what the end-to-end tests run with",
  "CDC-716": "its way out is another server, and packages have no MariaDB",
  "CDC-723": "its line is `make toolchain && . .cdc/env`, with which every end-to-end test begins",
  "CDC-732": "its way out is a setting of brokers that are somebody else's",
  "CDC-802": warning,
  "CDC-806": warning,
  "CDC-822": warning,
  "CDC-824": "a volume of a planned name is refused as CDC-721 before; this is met by one that is made in between",
  "CDC-861": "no column of a MySQL from packages is known that the engine does not take",
};

function codesIn(text: string): string[] {
  return [...new Set(text.match(/CDC-\d{3}/g))].toSorted();
}

test("every code has a test of its way out, or a reason why there is none, and no other code has", () => {
  const told = codesIn(textOf("docs/refusals.md"));
  const taken = [...textOf(refusals).matchAll(/^ {2}\[\n? *"(CDC-\d{3})",|^test\("(CDC-\d{3}):/gm)];
  const known = [...taken.map(([, row, alone]) => row ?? alone ?? ""), ...Object.keys(places), ...Object.keys(reasons)];
  expect(known.toSorted()).toEqual(told);
});

test.each(Object.entries(places))("%s: the test is there", (_code, [file, words]) => {
  expect(textOf(file)).toContain(words);
});
