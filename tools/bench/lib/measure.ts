/** What a benchmark is made of: parts that measure figures of ours beside their peers, in the same run. */

export type Unit = "s" | "ms" | "events/s" | "rows/s" | "MiB" | "bytes";

/** One value per round, in the order measured. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** What a figure has to keep: our median, or with a peer ours divided by the peer's. */
export interface Bound {
  /** Name of one of the peers. */
  readonly peer?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One figure of ours beside its peers or limits, measured in the same run. */
export interface Comparison {
  /** Words with dots between them, stable over runs: `up.cold`. A last part that is a number makes a line of a plot: `growth.up.6`. */
  readonly id: string;
  /** What was measured, from where to where. */
  readonly title: string;
  readonly unit: Unit;
  readonly ours: Series;
  readonly peers: readonly Series[];
  readonly bounds?: readonly Bound[];
}

/** What a part is given. */
export interface Context {
  /** ROUNDS; undefined: the part's own default. */
  readonly rounds: number | undefined;
  /** With `.cdc/env` applied: pulumi, node and CDC_IMAGES are there. */
  readonly env: NodeJS.ProcessEnv;
  /** Tells how far it is, with the seconds since the start. */
  readonly say: (line: string) => void;
}

/** What can be measured alone: `make bench PARTS=NAME`. */
export interface Part {
  readonly name: string;
  readonly about: string;
  run(context: Context): Promise<Comparison[]>;
}

/** One of several ways to do the same; `run` returns its figure of one round. */
export interface Case {
  readonly name: string;
  run(): Promise<number>;
}

/**
 * Runs the cases in turn, round after round, so that a drift of the machine meets all alike; odd rounds in reverse order.
 * @returns a series per case, in the order of the cases.
 */
export async function alternate(
  rounds: number,
  cases: readonly Case[],
  say: (line: string) => void,
): Promise<Series[]> {
  const series = cases.map(({ name }) => ({ name, values: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    const order = [...cases.entries()];
    for (const [index, one] of round % 2 === 0 ? order : order.toReversed()) {
      const value = await one.run();
      series[index]?.values.push(value);
      say(`round ${round + 1} of ${rounds}, ${one.name}: ${rounded(value)}`);
    }
  }
  return series;
}

/** The middle value; of an even number of values the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = ordered.length / 2;
  const below = ordered[Math.ceil(middle) - 1] ?? Number.NaN;
  return (below + (ordered[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** With three digits that mean something, or as a whole number where it has more. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, digits === 0 ? "," : "");
}
