package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is delivered twice or late, a document ends as its row is. Seeds are fixed: a failure can be repeated. */
@Timeout(50)
class HistoryTest {
    private static final long START = 1_790_000_000_000_000L;
    private static final String NEW_SERVER = "a01c7e18-0000-11f1-9e33-c80aa9429562";

    private final FakeEngine engine = new FakeEngine();
    private long offset;

    @AfterEach
    void stopEngine() {
        engine.close();
    }

    private SinkRecord event(long id, String op, String name, Struct source) {
        return Events.record(Events.TOPIC, offset++, Events.key(id), Events.envelope(op, Events.row(id, name, "1"), source));
    }

    /** What the row last was by its history: the name, or null after a delete. */
    private static String last(List<SinkRecord> history) {
        Struct event = (Struct) history.get(history.size() - 1).value();
        Struct after = event.getStruct("after");
        return after == null ? null : after.getString("name");
    }

    private void deliver(List<SinkRecord> records, Random random) {
        try (RunningTask sink = new RunningTask(engine, SinkConfig.BATCH_SIZE, "3")) {
            int from = 0;
            while (from < records.size()) {
                int to = Math.min(records.size(), from + 1 + random.nextInt(5));

                // an offset of its own each: delivered again, it is another record to the task
                sink.put(records.subList(from, to).stream().map(r -> copyAt(r, offset++)).toArray(SinkRecord[]::new));
                sink.committed();
                from = to;
            }
            assertEquals(List.of(), sink.reported);
        }
    }

    private static SinkRecord copyAt(SinkRecord r, long offset) {
        return new SinkRecord(r.topic(), 0, r.keySchema(), r.key(), r.valueSchema(), r.value(), offset, r.timestamp(),
                r.timestampType());
    }

    private void assertState(long id, String name, long seed) {
        var document = engine.document(Events.INDEX, "shard0:" + id);
        String found = document == null ? null : document.get("name").asText();
        assertEquals(name, found, "row " + id + ", seed " + seed);
    }

    /** Inserts, updates and deletes of one row, several in one transaction, on one server or on two after each other. */
    private List<SinkRecord> history(long id, Random random) {
        List<SinkRecord> history = new ArrayList<>();
        long micros = START;
        String server = Events.SERVER;
        int file = 7;
        long pos = 4_000_000;
        boolean exists = false;
        int transactions = 2 + random.nextInt(6);
        for (int t = 0; t < transactions; t++) {
            micros += 50 + random.nextInt(3_000_000);
            if (random.nextInt(5) == 0 && server.equals(Events.SERVER)) {
                server = NEW_SERVER;
                file = 1;
                pos = 200;
            } else if (random.nextInt(5) == 0) {
                file++;
                pos = 200;
            }
            int changes = 1 + random.nextInt(3);
            for (int c = 0; c < changes; c++) {
                pos += 100 + random.nextInt(1_000);
                String op = !exists ? "c" : random.nextInt(3) == 0 ? "d" : "u";
                exists = !op.equals("d");
                history.add(event(id, op, "t" + t + "c" + c, Events.streamed(micros, server, file, pos, 0)));
            }
        }
        return history;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void streamedChangesInAnyOrderAndAnyNumber(long seed) {
        Random random = new Random(seed);
        List<List<SinkRecord>> histories = new ArrayList<>();
        List<SinkRecord> delivered = new ArrayList<>();
        for (long id = 0; id < 10; id++) {
            List<SinkRecord> history = history(id, random);
            histories.add(history);
            for (SinkRecord record : history) {
                for (int times = 0; times <= random.nextInt(3); times++) delivered.add(record);
            }
        }
        Collections.shuffle(delivered, random);
        deliver(delivered, random);
        for (int id = 0; id < 10; id++) assertState(id, last(histories.get(id)), seed);
    }

    /**
     * A partition as it is: an earlier server's changes, a snapshot of the new one that claims to be later than the
     * changes streamed after it, an incremental snapshot likewise. Replayed from any record to the end, several times,
     * with deletions' versions forgotten or not: as a sink does after a restart.
     */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void snapshotsAndReplaysOfAPartition(long seed) {
        Random random = new Random(seed);
        List<List<SinkRecord>> histories = new ArrayList<>();
        List<SinkRecord> partition = new ArrayList<>();
        long rows = 6;
        for (long id = 0; id < rows; id++) {
            List<SinkRecord> history = history(id, random);
            partition.addAll(history);
            histories.add(history);
        }
        String server = "b" + Events.SERVER.substring(1);
        long view = START + 60_000_000;
        long claimed = view + 30_000_000;
        for (long id = 0; id < rows; id++) {
            SinkRecord read = event(id, "r", "snapshot", Events.snapshot(claimed, 2, 500));
            partition.add(read);
            histories.get((int) id).add(read);
        }
        long pos = 600;
        for (int n = 0; n < 20; n++) {
            long id = random.nextInt((int) rows);
            pos += 300;
            String op = random.nextInt(4) == 0 ? "d" : "u";
            SinkRecord change = event(id, op, "after " + n, Events.streamed(view + n * 1_000_000L, server, 2, pos, 0));
            partition.add(change);
            histories.get((int) id).add(change);
            if (n == 12) {
                Struct closing = Events.streamed(view + 25_000_000L, server, 2, pos + 150, 0).put("snapshot", "incremental");
                SinkRecord read = event(id, "r", "incremental", closing);
                partition.add(read);
                histories.get((int) id).add(read);
            }
        }
        deliver(partition, random);
        for (int replay = 0; replay < 4; replay++) {
            if (random.nextBoolean()) engine.forgetDeletions();
            deliver(partition.subList(random.nextInt(partition.size()), partition.size()), random);
            for (int id = 0; id < rows; id++) assertState(id, last(histories.get(id)), seed);
        }
    }

    @Test
    void aSnapshotAfterAnotherServersChangesWins() {
        List<SinkRecord> records = new ArrayList<>();
        records.add(event(1, "u", "old server", Events.streamed(START, Events.SERVER, 9, 9_000, 0)));
        records.add(event(2, "d", "old server", Events.streamed(START, Events.SERVER, 9, 9_500, 0)));
        records.add(event(1, "r", "new server", Events.snapshot(START + 20_000_000, 1, 400)));
        records.add(event(2, "r", "new server", Events.snapshot(START + 20_000_000, 1, 400)));
        for (SinkRecord record : records) deliver(List.of(record), new Random(0));
        assertState(1, "new server", 0);
        assertState(2, "new server", 0);
    }

    @Test
    void aSnapshotThatIsDeliveredAgainIsDeletedAgain() {
        SinkRecord read = event(1, "r", "snapshot", Events.snapshot(START, 1, 400));
        deliver(List.of(read), new Random(0));
        SinkRecord delete = event(1, "d", "", Events.streamed(START + 5_000_000, Events.SERVER, 1, 900, 0));
        deliver(List.of(delete), new Random(0));
        deliver(List.of(read), new Random(0));
        deliver(List.of(delete), new Random(0));
        assertNull(engine.document(Events.INDEX, "shard0:1"));
    }

    @Test
    void changesCommittedWhileASnapshotIsReadBeatItWithoutAConflict() {
        deliver(List.of(event(1, "r", "snapshot", Events.snapshot(START + 30_000_000, 2, 500))), new Random(0));
        deliver(List.of(event(1, "d", "", Events.streamed(START + 1_000_000, Events.SERVER, 2, 900, 0))), new Random(0));
        assertState(1, null, 0);
        deliver(List.of(event(1, "c", "again", Events.streamed(START + 2_000_000, Events.SERVER, 2, 1_900, 0))), new Random(0));
        assertState(1, "again", 0);
        assertEquals(0, engine.reads.get());
    }

    @Test
    void changesGoOnWhenTheServersClockStepsBack() {
        for (int n = 0; n < 5; n++) {
            long micros = n < 2 ? START + n : START - 3_600_000_000L + n;
            deliver(List.of(event(1, "u", "change " + n, Events.streamed(micros, Events.SERVER, 3, 1_000 + 500L * n, 0))),
                    new Random(n));
        }
        assertState(1, "change 4", 0);
        SinkRecord delete = event(1, "d", "", Events.streamed(START - 3_599_000_000L, Events.SERVER, 4, 200, 0));
        SinkRecord insert = event(1, "c", "again", Events.streamed(START - 3_598_000_000L, Events.SERVER, 4, 900, 0));
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(copyAt(delete, 100));
            sink.committed();
            assertState(1, null, 0);
            sink.put(copyAt(insert, 101));
            sink.committed();
            assertState(1, "again", 0);
        }
    }

    /** A row as an incremental snapshot reads it, between two changes that are streamed. */
    private SinkRecord incremental(String name, long micros, long pos) {
        return event(1, "r", name, Events.streamed(micros, Events.SERVER, 3, pos, 0).put("snapshot", "incremental"));
    }

    @Test
    void aDocumentThatWasDeletedByHandComesBackWithTheNextSnapshotOfItsRow() {
        SinkRecord change = event(1, "u", "change", Events.streamed(START, Events.SERVER, 3, 5_000, 0));
        deliver(List.of(change), new Random(0));
        engine.changeByHand(Events.INDEX, "shard0:1", null);
        deliver(List.of(change), new Random(0));
        assertState(1, null, 0); // to the engine a deletion like any other, which a late change must not undo
        deliver(List.of(incremental("repaired", START + 1_000_000, 6_000)), new Random(0));
        assertState(1, "repaired", 0);
        deliver(List.of(change), new Random(0));
        assertState(1, "repaired", 0);
        deliver(List.of(event(1, "u", "next", Events.streamed(START + 900_000, Events.SERVER, 3, 6_500, 0))), new Random(0));
        assertState(1, "next", 0);
    }

    @Test
    void aDocumentThatTheIndexLostComesBackWithAnyChangeOfItsRow() {
        SinkRecord change = event(1, "u", "change", Events.streamed(START, Events.SERVER, 3, 5_000, 0));
        deliver(List.of(change), new Random(0));
        engine.changeByHand(Events.INDEX, "shard0:1", null);
        engine.forgetDeletions();
        deliver(List.of(change), new Random(0));
        assertState(1, "change", 0);
    }

    @Test
    void aDocumentThatWasOverwrittenByHandGivesWayToASnapshotOrADeletionButNotToALateChange() {
        SinkRecord change = event(1, "u", "change", Events.streamed(START, Events.SERVER, 3, 5_000, 0));
        var foreign = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode().put("name", "by hand");
        deliver(List.of(change), new Random(0));
        engine.changeByHand(Events.INDEX, "shard0:1", foreign);
        deliver(List.of(change), new Random(0));
        assertState(1, "by hand", 0);
        deliver(List.of(incremental("repaired", START + 1_000_000, 6_000)), new Random(0));
        assertState(1, "repaired", 0);
        engine.changeByHand(Events.INDEX, "shard0:1", foreign);
        deliver(List.of(Events.record(Events.TOPIC, 0, 0, Events.key(1), null, START / 1_000 + 5_000)), new Random(0));
        assertState(1, null, 0);
    }

    @Test
    void severalChangesOfOneRowInOneBinlogEventStayInOrder() {
        for (int row = 0; row < 4; row++) {
            deliver(List.of(event(1, "u", "row " + row, Events.streamed(START, Events.SERVER, 3, 5_000, row))), new Random(0));
        }
        assertState(1, "row 3", 0);
    }

    @Test
    void withoutGtidsTheSecondIsSharedAndThePlaceDecides() {
        for (int n = 0; n < 3; n++) {
            Struct source = Events.streamed(START, Events.SERVER, 3, 8_388_000 + 400L * n, 0).put("gtid", null);
            deliver(List.of(event(1, "u", "change " + n, source)), new Random(0));
        }
        assertState(1, "change 2", 0);
    }

    @Test
    void aTopicThatWasCreatedAnewBeginsWithOffsetZeroAndStillWins() {
        offset = 1_000_000;
        deliver(List.of(event(1, "u", "before", Events.streamed(START, Events.SERVER, 3, 5_000, 0))), new Random(0));
        offset = 0;
        deliver(List.of(event(1, "u", "after", Events.streamed(START + 60, Events.SERVER, 3, 6_000, 0))), new Random(0));
        assertState(1, "after", 0);
    }
}
