/** How large a record the change of a row becomes: for the plan, and for what is said of a record that was refused. */

export const mib = 1024 ** 2;

/** An UPDATE has the row before and after it, and JSON writes quotes, backslashes and line ends as two bytes each. */
export const growth = 4;
/** The envelope, the event's schema, and the row's other columns. */
export const envelopeBytes = mib;

/** The largest row that a configuration may ask for, in MiB: its changes stay below what a Java array and a request hold. */
export const largestRowMiB = 128;

/**
 * What `cdc:topics.maxRowMiB` has to be so that a record fits, in MiB.
 * @param bytes as the producer says of a record that it refused.
 */
export function rowMiBFor(bytes: number): number {
  return Math.ceil((bytes - envelopeBytes) / (growth * mib));
}
