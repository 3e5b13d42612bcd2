/** The levels of a worker's loggers. Pure. */

export interface LoggerLevel {
  readonly logger: string;
  readonly level: string;
}

/** Level by logger, as the worker lists them: every logger that was used, not only those that were set. */
type Levels = Readonly<Record<string, { readonly level: string }>>;

const root = "root";

/** Root, and the loggers whose level is not that of the nearest logger above them; by name. */
export function ownLevels(levels: Levels): LoggerLevel[] {
  return Object.entries(levels)
    .map(([logger, { level }]) => ({ logger, level }))
    .filter(({ logger, level }) => logger === root || effectiveLevel(levels, parentOf(logger)).level !== level)
    .toSorted((a, b) => (a.logger < b.logger ? -1 : 1));
}

/** The level that counts for a logger: its own, or that of the nearest above it. */
export function effectiveLevel(levels: Levels, logger: string): LoggerLevel {
  for (let name = logger; ; name = parentOf(name)) {
    const level = levels[name]?.level;
    if (level !== undefined || name === root) return { logger, level: level ?? "unknown" };
  }
}

function parentOf(logger: string): string {
  const dot = logger.lastIndexOf(".");
  return dot === -1 ? root : logger.slice(0, dot);
}
