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
    private final int status;

    EngineException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.status = 0;
    }

    /** @param status of the engine's HTTP answer */
    EngineException(Kind kind, int status, String message) {
        super(message);
        this.kind = kind;
        this.status = status;
    }

    /** Whether the engine has no such thing. */
    boolean isMissing() {
        return status == 404;
    }

    /** Whether the engine refused the request as it was, as for an index that is there already. */
    boolean isRefused() {
        return status == 400;
    }

    Kind kind() {
        return kind;
    }
}
