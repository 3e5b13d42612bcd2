package cdc.sink;

import java.util.regex.Pattern;

/**
 * What a column's field of the document is called: as the column, but where the engine would take the name for something
 * else. A dot would make an object of it, and some names are the engine's own. What is replaced is written as in an
 * {@code _id}, so no two columns give one field.
 */
final class FieldNames {
    /** Those that OpenSearch refuses in documents and mappings (3.4, tried one by one). */
    private static final Pattern ENGINES_OWN = Pattern.compile(
            "_(id|index|source|routing|ignored|field_names|seq_no|version|nested_path|doc_count|data_stream_timestamp)");
    /** What could be taken for a replacement. */
    private static final Pattern ESCAPE = Pattern.compile("%(?=2E|5F|25)");

    private FieldNames() {}

    static String of(String column) {
        boolean own = column.startsWith("_") && ENGINES_OWN.matcher(column).matches();
        if (!own && column.indexOf('.') < 0 && column.indexOf('%') < 0) return column;
        String name = ESCAPE.matcher(column).replaceAll("%25").replace(".", "%2E");
        return own ? "%5F" + name.substring(1) : name;
    }
}
