package cdc.sink;

/** What the mapping of an index says of its fields, asked only where a record does not tell. */
interface FieldTypes {
    /** Whether the field of that index or alias is one for numbers. */
    boolean isNumber(String index, String field);

    /**
     * Whether the field is one for whole numbers from 0 to 2^64 - 1, as of a BIGINT UNSIGNED.
     *
     * @throws org.apache.kafka.connect.errors.RetriableException if the engine does not answer now
     */
    boolean isUnsigned(String index, String field);
}
