package cdc.sink;

import java.util.concurrent.atomic.LongAdder;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task's counters, to be seen as JMX bean {@code cdc.sink:type=opensearch-sink-task,connector=…,task=…}. */
public final class Metrics implements MetricsMBean, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);

    final LongAdder indexed = new LongAdder();
    final LongAdder deleted = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    final LongAdder errant = new LongAdder();
    final LongAdder requests = new LongAdder();
    final LongAdder retries = new LongAdder();
    private final ObjectName name;

    Metrics(String connector, String task) {
        name = register(connector, task);
    }

    private ObjectName register(String connector, String task) {
        try {
            ObjectName bean = new ObjectName("cdc.sink:type=opensearch-sink-task,connector=" + ObjectName.quote(connector)
                    + ",task=" + task);
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            // a task that was abandoned by Connect may have left its own
            if (server.isRegistered(bean)) server.unregisterMBean(bean);
            server.registerMBean(this, bean);
            return bean;
        } catch (JMException e) {
            LOG.warn("The task's counters are not to be seen by JMX: {}", e.getMessage());
            return null;
        }
    }

    @Override
    public long getIndexed() {
        return indexed.sum();
    }

    @Override
    public long getDeleted() {
        return deleted.sum();
    }

    @Override
    public long getConflicts() {
        return conflicts.sum();
    }

    @Override
    public long getErrant() {
        return errant.sum();
    }

    @Override
    public long getRequests() {
        return requests.sum();
    }

    @Override
    public long getRetries() {
        return retries.sum();
    }

    @Override
    public String toString() {
        return "%d indexed, %d deleted, %d conflicts with newer documents, %d errant, %d bulk requests, %d retries"
                .formatted(getIndexed(), getDeleted(), getConflicts(), getErrant(), getRequests(), getRetries());
    }

    @Override
    public void close() {
        try {
            if (name != null) ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        } catch (JMException e) {
            LOG.debug("The counters' bean was gone already: {}", e.getMessage());
        }
    }
}
