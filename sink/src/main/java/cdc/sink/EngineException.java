package cdc.sink;

/** A whole request that the engine did not carry out. */
final class EngineException extends Exception {
    private static final long serialVersionUID = 1L;

    enum Kind {
        /** Worth another try: overload, a failing node, a lost connection. */
        PASSING,
        /** Too many bytes at once. */
        TOO_LARGE,
        /** The same however often it is tried: credentials, address. */
        LASTING
    }

    private final Kind kind;

    EngineException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
