package cdc.sink;

/** What JMX shows of a task, counted since its start. */
public interface MetricsMBean {
    /** Documents written. */
    long getIndexed();

    /** Documents deleted. */
    long getDeleted();

    /** Changes left out because the document was newer already. */
    long getConflicts();

    /** Records that could not be taken. */
    long getErrant();

    /** Bulk requests sent. */
    long getRequests();

    /** Bulk requests that repeat changes of a failed one. */
    long getRetries();
}
