/** What a column's field of the document is called: the same as FieldNames.java has it. */

/** Names that OpenSearch refuses in documents and mappings. */
const enginesOwn =
  /^_(id|index|source|routing|ignored|field_names|seq_no|version|nested_path|doc_count|data_stream_timestamp)$/;

/**
 * As the column, but where the engine would take the name for something else: `price.net` is `price%2Enet`, as a dot would
 * make an object of it, and `_id` is `%5Fid`. No two columns give one field.
 */
export function fieldName(column: string): string {
  if (!enginesOwn.test(column) && !/[.%]/.test(column)) return column;
  const name = column.replaceAll(/%(?=2E|5F|25)/g, "%25").replaceAll(".", "%2E");
  return enginesOwn.test(column) ? `%5F${name.slice(1)}` : name;
}
