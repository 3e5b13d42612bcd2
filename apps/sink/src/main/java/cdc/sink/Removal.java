package cdc.sink;

/**
 * A table of a shard was emptied or dropped: its rows are gone, and no event says so of any of them.
 *
 * @param index where the table's documents are
 * @param table DATABASE.TABLE
 * @param position where it happened in the source
 */
record Removal(String index, String shard, String table, Position position) {
    static String key(String shard, String table) {
        return shard + ':' + table;
    }

    String key() {
        return key(shard, table);
    }
}
