package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OpenSearchSinkTaskTest {
    private final FakeEngine engine = new FakeEngine();

    @AfterEach
    void stopEngine() {
        engine.close();
    }

    private static SinkRecord insert(long offset, long id) {
        return Events.change(offset, "c", id, "row " + id, (int) offset);
    }

    private String name(long id) {
        var document = engine.document(Events.INDEX, "shard0:" + id);
        return document == null ? null : document.get("name").asText();
    }

    @Test
    void writesUpdatesAndDeletesDocuments() {
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1), insert(1, 2), Events.change(2, "u", 1, "new name", 2));
            sink.put(Events.change(3, "d", 2, "row 2", 3), Events.tombstone(4, 2));
            assertEquals(5, sink.committed());
            assertEquals("new name", name(1));
            assertEquals("1.50", engine.document(Events.INDEX, "shard0:1").get("price").asText());
            assertEquals("shard0", engine.document(Events.INDEX, "shard0:1").get("shard").asText());
            assertNull(name(2));
            assertEquals(1, sink.counter(MetricsMBean::getDeleted));
            assertEquals(0, engine.reads.get(), "neither the tombstone after a delete nor anything else had to be read");
        }
    }

    @Test
    void waitsForTheMappingThatTellsAnUnsignedKey() {
        engine.mappings.put(Events.INDEX, "{\"id\":{\"type\":\"unsigned_long\"}}");
        engine.mappingFailures.addAll(List.of(503, 429));
        try (RunningTask sink = new RunningTask(engine)) {
            SinkRecord[] records = {insert(0, 1), insert(1, -1), insert(2, Long.MIN_VALUE)};
            assertThrows(RetriableException.class, () -> sink.put(records));
            assertThrows(RetriableException.class, () -> sink.put(records));
            sink.put(records);
            assertEquals(3, sink.committed());
            assertEquals("row -1", engine.document(Events.INDEX, "shard0:18446744073709551615").get("name").asText());
            assertNotNull(engine.document(Events.INDEX, "shard0:9223372036854775808"));
            sink.put(Events.change(3, "d", -1, "row -1", 3), Events.tombstone(4, -1), Events.tombstone(5, Long.MIN_VALUE));
            assertEquals(6, sink.committed());
            assertNull(engine.document(Events.INDEX, "shard0:18446744073709551615"));
            assertNull(engine.document(Events.INDEX, "shard0:9223372036854775808"));
            assertEquals(List.of(), sink.reported);
        }
    }

    @Test
    void takesNoKeyForUnsignedWhereNoFieldSaysSo() {
        engine.mappings.put(Events.INDEX, "{\"id\":{\"type\":\"long\"}}");
        engine.mappingFailures.add(404);
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, -1));
            sink.put(insert(1, -2));
            assertEquals(2, sink.committed());
            assertEquals(List.of("row -1", "row -2"), List.of(name(-1), name(-2)));
        }
    }

    @Test
    void saysThatAMappingMayNotBeRead() {
        engine.mappingFailures.add(403);
        try (RunningTask sink = new RunningTask(engine)) {
            ConnectException problem = assertThrows(ConnectException.class, () -> sink.put(insert(0, -1)));
            assertTrue(problem.getMessage().contains("The mapping of " + Events.INDEX + " cannot be read"));
            assertFalse(problem instanceof RetriableException);
        }
    }

    @Test
    void commitsNothingThatTheEngineHasNotAcknowledged() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        engine.nextBulks.add(FakeEngine.hold(held, release));
        try (RunningTask sink = new RunningTask(engine, SinkConfig.FLUSH_TIMEOUT, "0")) {
            sink.put(insert(0, 1));
            assertTrue(held.await(20, TimeUnit.SECONDS));
            sink.put(insert(1, 2));
            assertEquals(-1, sink.committed(), "the first request is not answered, whatever came of the second");
            release.countDown();
        }
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1), insert(1, 2));
            assertEquals(2, sink.committed(), "flush waits for what is under way");
        }
    }

    @Test
    void blocksWhenAllRequestsAreUnderWayAndGoesOnFromThere() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        engine.nextBulks.add(FakeEngine.hold(held, release));
        engine.nextBulks.add(FakeEngine.hold(held, release));
        try (RunningTask sink = new RunningTask(engine, SinkConfig.BATCH_SIZE, "1", SinkConfig.MAX_IN_FLIGHT, "2",
                SinkConfig.MAX_BLOCK, "50")) {
            SinkRecord[] records = {insert(0, 1), insert(1, 2), insert(2, 3), insert(3, 4)};
            assertThrows(RetriableException.class, () -> sink.put(records));
            assertTrue(held.await(20, TimeUnit.SECONDS));
            assertEquals(2, engine.bulks.size());
            release.countDown();
            // Connect delivers the same records again
            sink.put(records);
            assertEquals(4, sink.committed());
            assertEquals(4, engine.bulks.size(), "no record was sent twice");
            assertEquals(2, engine.mostAtOnce.get());
        }
    }

    @Test
    void aDocumentUnderWayIsWaitedFor() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        engine.nextBulks.add(FakeEngine.hold(held, release));
        try (RunningTask sink = new RunningTask(engine, SinkConfig.MAX_BLOCK, "50", SinkConfig.MAX_IN_FLIGHT, "5")) {
            sink.put(insert(0, 1));
            assertTrue(held.await(20, TimeUnit.SECONDS));
            SinkRecord[] next = {insert(1, 2), Events.change(2, "u", 1, "second", 2)};
            assertThrows(RetriableException.class, () -> sink.put(next));
            release.countDown();
            sink.put(next);
            assertEquals(3, sink.committed());
            assertEquals(Set.of(), engine.sharedIds);
            assertEquals("second", name(1));
            assertEquals("row 2", name(2));
        }
    }

    @Test
    void neverHasADocumentInTwoRequestsAtOnce() {
        try (RunningTask sink = new RunningTask(engine, SinkConfig.BATCH_SIZE, "3", SinkConfig.MAX_IN_FLIGHT, "4")) {
            for (int n = 0; n < 300; n++) sink.put(Events.change(n, "u", n % 7, "change " + n, n));
            assertEquals(300, sink.committed());
            assertEquals(Set.of(), engine.sharedIds);
            for (int id = 0; id < 7; id++) assertEquals(id, Integer.parseInt(name(id).substring(7)) % 7);
            assertEquals("change 299", name(299 % 7));
        }
    }

    @Test
    void splitsBatchesByBytesAndWhatTheEngineFindsTooLarge() {
        try (RunningTask sink = new RunningTask(engine, SinkConfig.BATCH_BYTES, "1024")) {
            for (int n = 0; n < 20; n++) sink.put(insert(n, n));
            assertEquals(20, sink.committed());
            assertTrue(engine.bulks.stream().allMatch(bulk -> bulk.size() <= 4));
        }
        engine.maxBodyBytes = 1_500;
        try (RunningTask sink = new RunningTask(engine)) {
            SinkRecord huge = Events.change(108, "c", 108, "x".repeat(2_000), 108);
            sink.put(insert(100, 100), insert(101, 101), insert(102, 102), insert(103, 103), insert(104, 104),
                    insert(105, 105), insert(106, 106), insert(107, 107), huge);
            assertEquals(109, sink.committed());
            assertEquals("row 107", name(107));
            assertEquals(List.of(huge), sink.reported.stream().map(RunningTask.Reported::record).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void retriesAWholeRequest(int status) {
        engine.nextBulks.add(FakeEngine.answer(status, "{\"error\":{\"type\":\"busy\",\"reason\":\"later\"}}"));
        engine.nextBulks.add(FakeEngine.dropConnection());
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1), insert(1, 2));
            assertEquals(2, sink.committed());
            assertEquals("row 2", name(2));
            assertEquals(2, sink.counter(MetricsMBean::getRetries));
        }
    }

    @Test
    void retriesAfterATimeOut() {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        engine.nextBulks.add(FakeEngine.hold(held, release));
        try (RunningTask sink = new RunningTask(engine, SinkConfig.REQUEST_TIMEOUT, "100")) {
            sink.put(insert(0, 1));
            assertEquals(1, sink.committed());
            assertEquals(1, sink.counter(MetricsMBean::getRetries));
        } finally {
            release.countDown();
        }
    }

    @Test
    void retriesOnlyTheChangesThatFailed() {
        java.util.concurrent.atomic.AtomicInteger failures = new java.util.concurrent.atomic.AtomicInteger();
        engine.items = id -> id.equals("shard0:2") && failures.getAndIncrement() < 2 ? 429 : 0;
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1), insert(1, 2), insert(2, 3));
            assertEquals(3, sink.committed());
            assertEquals(List.of(List.of("shard0:1", "shard0:2", "shard0:3"), List.of("shard0:2"), List.of("shard0:2")),
                    engine.bulks);
        }
    }

    @Test
    void tellsConnectWhenRetriesAreUsedUpAndLosesNothing() {
        engine.items = id -> 503;
        try (RunningTask sink = new RunningTask(engine, SinkConfig.MAX_RETRIES, "2")) {
            sink.put(insert(0, 1));
            assertEquals(-1, sink.committed());
            assertEquals(3, engine.bulks.size(), "one try and two retries");
            RetriableException thrown = assertThrows(RetriableException.class, () -> sink.put(insert(1, 2)));
            assertTrue(thrown.getMessage().contains("status 503"), thrown.getMessage());
            engine.items = id -> 0;
            assertEquals(1, sink.committed(), "the change that was kept went through; the other was never taken over");
            sink.put(insert(1, 2));
            assertEquals(2, sink.committed());
            assertEquals("row 1", name(1));
            assertEquals("row 2", name(2));
        }
    }

    @Test
    void waitsForAnEngineThatIsNotThere() {
        String url = engine.url();
        engine.close();
        try (RunningTask sink = new RunningTask(url, true, SinkConfig.MAX_RETRIES, "1")) {
            sink.put(insert(0, 1));
            assertEquals(-1, sink.committed());
            assertThrows(RetriableException.class, () -> sink.put());
        }
    }

    @Test
    void reportsWhatTheEngineRefusesAndWritesAllElse() {
        engine.items = id -> id.equals("shard0:2") ? 400 : 0;
        try (RunningTask sink = new RunningTask(engine)) {
            SinkRecord refused = insert(1, 2);
            sink.put(insert(0, 1), refused, insert(2, 3));
            assertEquals(3, sink.committed());
            assertEquals(1, sink.reported.size());
            assertEquals(refused, sink.reported.get(0).record());
            assertEquals("document shard0:2 of index products-products was refused: planted_exception: as planted, 400",
                    sink.reported.get(0).reason());
            assertEquals("row 3", name(3));
            assertEquals(1, sink.counter(MetricsMBean::getErrant));
        }
    }

    @Test
    void reportsWhatCannotBeReadAndWritesAllElse() {
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(Events.record(Events.TOPIC, 0, null, null), insert(1, 1),
                    Events.record(Events.TOPIC, 2, Events.key(3), "no structure"),
                    Events.record("heartbeat", 0, Events.key(3), null));
            assertEquals(3, sink.committed());
            assertEquals(1, sink.committed(new TopicPartition("heartbeat", 0)));
            assertEquals(3, sink.reported.size());
            assertTrue(sink.reported.get(0).reason().startsWith("the record has no key"), sink.reported.get(0).reason());
            assertEquals("row 1", name(1));
        }
    }

    @Test
    void failsReadablyWithoutAReporter() {
        engine.items = id -> 400;
        try (RunningTask sink = new RunningTask(engine.url(), false)) {
            sink.put(insert(7, 1));
            ConnectException thrown = assertThrows(ConnectException.class, sink::committed);
            assertEquals("record cannot be taken (shard0.products.products, partition 0, offset 7): document shard0:1 of"
                    + " index products-products was refused: planted_exception: as planted, 400. Set errors.tolerance=all"
                    + " and errors.deadletterqueue.topic.name to go on without it", thrown.getMessage());
        }
        try (RunningTask sink = new RunningTask(engine.url(), false, "errors.tolerance", "all")) {
            sink.put(insert(8, 1));
            assertEquals(9, sink.committed(), "tolerated, without a dead letter topic: dropped");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 405})
    void failsWhenNoRetryWillHelp(int status) {
        engine.nextBulks.add(FakeEngine.answer(status, "{\"error\":{\"type\":\"security\",\"reason\":\"who are you\"}}"));
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1));
            assertEquals(-1, sink.committed());
            ConnectException thrown = assertThrows(ConnectException.class, () -> sink.put());
            assertFalse(thrown instanceof RetriableException);
            assertEquals("OpenSearch does not take what the sink sends, and will not: /_bulk was answered with HTTP "
                    + status + ": security: who are you", thrown.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void failsWhenTheEngineDoesNotLetItIn(int status) {
        engine.nextBulks.add(FakeEngine.answer(status, ""));
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1));
            assertEquals(-1, sink.committed());
            ConnectException thrown = assertThrows(ConnectException.class, () -> sink.put());
            assertFalse(thrown instanceof RetriableException);
            assertTrue(thrown.getMessage().contains("see connection.username, connection.password"), thrown.getMessage());
        }
    }

    @Test
    void signsItsRequests() {
        try (RunningTask sink = new RunningTask(engine, SinkConfig.USERNAME, "cdc", SinkConfig.PASSWORD, "s3cret")) {
            sink.put(insert(0, 1));
            assertEquals(1, sink.committed());
            assertEquals(Set.of("Basic Y2RjOnMzY3JldA=="), engine.authorizations);
        }
    }

    @Test
    void anOlderChangeThatComesLateIsCountedAndChangesNothing() {
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(Events.change(0, "u", 1, "newest", 9));
            assertEquals(1, sink.committed());
            sink.put(Events.change(1, "u", 1, "older", 3), Events.change(2, "d", 1, "older", 2));
            assertEquals(3, sink.committed());
            assertEquals("newest", name(1));
            assertEquals(1, sink.counter(MetricsMBean::getConflicts), "the two made one change of the document");
        }
    }

    @Test
    void aConflictIsNotSettledWithoutAnAnswer() {
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(Events.change(0, "u", 1, "newest", 9));
            assertEquals(1, sink.committed());
            engine.failReads.set(3);
            sink.put(Events.change(1, "u", 1, "older", 3));
            assertEquals(2, sink.committed());
            assertEquals(3, sink.counter(MetricsMBean::getRetries));
            assertEquals("newest", name(1));
        }
    }

    @Test
    void aTombstoneWhoseDeleteWasCompactedAwayDeletesWhatIsOlder() {
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1));
            assertEquals(1, sink.committed());
            long later = 1_790_000_000_500L;
            sink.put(Events.record(Events.TOPIC, 0, 1, Events.key(1), null, later),
                    Events.record(Events.TOPIC, 0, 2, Events.key(77), null, later));
            assertEquals(3, sink.committed());
            assertNull(name(1));
            sink.put(Events.change(3, "c", 1, "again", 5));
            assertEquals(4, sink.committed());
            assertNotNull(name(1), "a row that was inserted again is there, though its commit is before the tombstone");
        }
    }

    private static SinkRecord onRetry(long offset, Object key, Object value, long timestamp) {
        SinkRecord record = Events.record("retry", 0, offset, key, value, timestamp);
        record.headers().addString("cdc.origin.topic", Events.TOPIC);
        return record;
    }

    @Test
    void aRecordThatIsTriedAgainNeverReplacesANewerDocument() {
        TopicPartition retry = new TopicPartition("retry", 0);
        try (RunningTask sink = new RunningTask(engine, SinkConfig.RETRY_TOPIC, "retry")) {
            SinkRecord older = Events.change(0, "u", 1, "older", 3);
            SinkRecord poison = Events.change(0, "c", 2, "mended", 4);
            sink.put(Events.change(1, "u", 1, "newest", 9));
            assertEquals(2, sink.committed());
            sink.put(onRetry(0, older.key(), older.value(), 1), onRetry(1, poison.key(), poison.value(), 1));
            assertEquals(2, sink.committed(retry));
            assertEquals("newest", name(1));
            assertEquals("mended", name(2));
            assertEquals(List.of(), sink.reported);
        }
    }

    @Test
    void aNullOnTheRetryTopicDeletesWhatIsNotNewerThanItsTimestamp() {
        long commitMillis = 1_790_000_000_009L;
        try (RunningTask sink = new RunningTask(engine, SinkConfig.RETRY_TOPIC, "retry")) {
            for (long id = 1; id <= 2; id++) sink.put(Events.change(id, "u", id, "row " + id, 9));
            assertEquals(3, sink.committed());
            sink.put(onRetry(0, Events.key(1), null, commitMillis - 1), onRetry(1, Events.key(2), null, commitMillis),
                    onRetry(2, Events.key(3), null, commitMillis));
            assertEquals(3, sink.committed(new TopicPartition("retry", 0)));
            assertEquals("row 1", name(1), "inserted after it was seen to be missing");
            assertNull(name(2));
            assertEquals(List.of(), sink.reported);
        }
    }

    @Test
    void aNullOnTheRetryTopicDoesNotHideANewerChangeInTheSameBatch() {
        long seenMissing = 1_790_000_000_005L;
        try (RunningTask sink = new RunningTask(engine, SinkConfig.RETRY_TOPIC, "retry", SinkConfig.LINGER, "60000")) {
            sink.put(Events.change(0, "c", 1, "again", 9), onRetry(0, Events.key(1), null, seenMissing),
                    onRetry(1, Events.key(2), null, seenMissing), Events.change(1, "c", 2, "again", 9),
                    Events.change(2, "c", 3, "extra", 1), onRetry(2, Events.key(3), null, seenMissing));
            assertEquals(3, sink.committed());
            assertEquals(1, engine.bulks.size(), "one batch");
            assertEquals("again", name(1));
            assertEquals("again", name(2));
            assertNull(name(3));
        }
    }

    @Test
    void withinAPartitionTheOrderTellsANullFromTheChangesAroundIt() {
        // the connector sent both after both were committed: the null's own time is later than the insert's
        try (RunningTask sink = new RunningTask(engine, SinkConfig.LINGER, "60000")) {
            sink.put(Events.record(Events.TOPIC, 0, 0, Events.key(1), null, 1_790_000_000_500L),
                    Events.change(1, "c", 1, "again", 9));
            assertEquals(2, sink.committed());
            assertEquals("again", name(1));
        }
    }

    @Test
    void aRevokedPartitionsChangesAreDropped() {
        engine.items = id -> 503;
        try (RunningTask sink = new RunningTask(engine, SinkConfig.MAX_RETRIES, "0")) {
            sink.put(insert(0, 1));
            assertEquals(-1, sink.committed());
            TopicPartition partition = new TopicPartition(Events.TOPIC, 0);
            sink.task.close(List.of(partition));
            engine.items = id -> 0;
            sink.put();
            assertEquals(-1, sink.committed());
            assertNull(name(1), "another task has the partition now and writes it");
            sink.task.open(List.of(partition));
            sink.put(insert(0, 1));
            assertEquals(1, sink.committed());
        }
    }

    /** Connect's worker has Jackson modules of its own, which a plugin's class loader finds but cannot use. */
    @Test
    void startsBesideTheWorkersOwnJackson(@TempDir Path worker) throws IOException {
        Path services = Files.createDirectories(worker.resolve("META-INF/services"));
        Files.writeString(services.resolve("com.fasterxml.jackson.databind.Module"), FakeEngine.class.getName());
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {worker.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            try (RunningTask sink = new RunningTask(engine)) {
                sink.put(insert(0, 1));
                assertEquals(1, sink.committed());
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void stopsWhileARequestHangs() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        engine.nextBulks.add(FakeEngine.hold(held, release));
        try (RunningTask sink = new RunningTask(engine)) {
            sink.put(insert(0, 1));
            assertTrue(held.await(20, TimeUnit.SECONDS));
        } finally {
            release.countDown();
        }
    }
}
