/** The wall clock in ms since 1970, with more than its milliseconds, as servers' and Debezium's timestamps have them. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
