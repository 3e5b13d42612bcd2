/**
 * A consumer of change events, to copy. It needs Node 22 or newer and `npm install @platformatic/kafka`.
 *
 *   node consumer.mjs BOOTSTRAP GROUP TOPIC…
 *   node consumer.mjs localhost:9092 my-service shard0.products.products shard1.products.products
 *
 * It prints one line of JSON per change. Start it again with the same GROUP, and it goes on where it stopped.
 */
import { Consumer } from "@platformatic/kafka";

const [bootstrap, groupId, ...topics] = process.argv.slice(2);
if (bootstrap === undefined || groupId === undefined || topics.length === 0) {
  console.error("usage: node consumer.mjs BOOTSTRAP GROUP TOPIC…");
  process.exit(2);
}

const consumer = new Consumer({
  groupId,
  clientId: "example-consumer",
  bootstrapBrokers: bootstrap.split(","),
  // READ_COMMITTED: an event of a transaction that was not committed is not given to us. The connectors write in transactions.
  isolationLevel: 1,
  // What is handled is committed below, by us: not what was only fetched.
  autocommit: false,
});

// A group that has no offset yet begins with the oldest event; any other one where it stopped.
const stream = await consumer.consume({ topics, mode: "committed", fallbackMode: "earliest" });

// Ctrl-C lets the event at hand be finished and committed.
let isBusy = false;
let isStopping = false;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    isStopping = true;
    if (!isBusy) void stream.close();
  });
}

// One event after the other: so the changes of one row are handled in the order of their commits.
for await (const record of stream) {
  isBusy = true;
  await handle(record);
  // After the work, and not before it: an event is handled again after a crash, but never left out. Where one commit per event
  // is too slow, commit every hundredth.
  await record.commit();
  isBusy = false;
  if (isStopping) break;
}
await consumer.close(true);

/** Your work. It has to bear the same event twice: write by key, not "add one". */
async function handle({ topic, partition, offset, key, value }) {
  const row = payloadOf(key);
  // A tombstone: nothing but the key. It follows a delete, so that compaction forgets the row.
  if (value === undefined || value === null) return;
  const { op, before, after, source } = payloadOf(value);
  // op: c create, u update, d delete, r read by a snapshot.
  console.log(
    JSON.stringify({ topic, partition, offset: String(offset), op, key: row, before, after, at: source.ts_us }),
  );
}

/**
 * The JSON converter writes { schema, payload }; with schemas.enable=false only the payload.
 * JSON.parse rounds integers beyond 2^53. If you have such ids, see clients/debezium/events/json.ts.
 */
function payloadOf(bytes) {
  if (bytes === undefined || bytes === null) return null;
  const json = JSON.parse(bytes.toString());
  return json !== null && typeof json === "object" && "payload" in json && "schema" in json ? json.payload : json;
}
