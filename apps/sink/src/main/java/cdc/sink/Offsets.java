package cdc.sink;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;

/** Which records are done, and up to where each partition may be committed. Used by the task's thread only. */
final class Offsets {
    /** One accepted record; another thread marks it done. */
    static final class Ticket {
        private final long offset;
        private volatile boolean done;

        private Ticket(long offset) {
            this.offset = offset;
        }

        void done() {
            done = true;
        }
    }

    private static final class Track {
        private final ArrayDeque<Ticket> open = new ArrayDeque<>();
        private long accepted = -1;
        private long committable = -1;
    }

    private final Map<TopicPartition, Track> tracks = new HashMap<>();

    /** Partition and offset as consumed: transforms may have changed what the record itself says. */
    static TopicPartition partition(SinkRecord record) {
        return new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    }

    static Ticket ticket(SinkRecord record) {
        return new Ticket(record.originalKafkaOffset());
    }

    /** Whether the record was accepted before: Connect delivers a whole put again after a RetriableException. */
    boolean isAccepted(SinkRecord record) {
        Track track = tracks.get(partition(record));
        return track != null && record.originalKafkaOffset() <= track.accepted;
    }

    void accept(SinkRecord record, Ticket ticket) {
        Track track = tracks.computeIfAbsent(partition(record), partition -> new Track());
        track.open.add(ticket);
        track.accepted = ticket.offset;
    }

    /**
     * @param consumed up to where Connect has delivered records
     * @return up to where all records are done, for partitions of which that is known
     */
    Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, OffsetAndMetadata> consumed) {
        Map<TopicPartition, OffsetAndMetadata> result = new HashMap<>();
        consumed.forEach((partition, end) -> {
            Track track = tracks.get(partition);
            if (track == null) return;
            while (!track.open.isEmpty() && track.open.peek().done) track.committable = track.open.poll().offset + 1;
            // behind the last record there may be some that a transform filtered out
            if (track.open.isEmpty() && end.offset() > track.accepted) result.put(partition, end);
            else if (track.committable >= 0) result.put(partition, new OffsetAndMetadata(track.committable));
        });
        return result;
    }

    void forget(Collection<TopicPartition> partitions) {
        tracks.keySet().removeAll(partitions);
    }
}
