/** Telling a broker that does not answer from one that refuses. */
import { NetworkError, TimeoutError } from "@platformatic/kafka";

/**
 * Asks Kafka something. That no broker answers is said in one line; what a broker answers passes as it is.
 * @param bootstrap `HOST:PORT`, several separated by commas: what the line names.
 * @throws Error `no answer from Kafka at …`, or what the library threw for a broker's answer.
 */
export async function answerFrom<T>(bootstrap: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    const cause = innermost(error);
    if (!(cause instanceof NetworkError || cause instanceof TimeoutError || isSystemError(cause))) throw cause;
    throw new Error(`no answer from Kafka at ${bootstrap} (${cause.message}); is the broker's container running?`, {
      cause: error,
    });
  }
}

/** The library wraps an error once for each of its layers; the first one says what happened. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (error instanceof NetworkError && error.cause instanceof Error) return innermost(error.cause);
  return error;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
