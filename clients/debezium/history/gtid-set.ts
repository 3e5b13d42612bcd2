/** Sets of MySQL's global transaction ids, as the server writes them: `UUID:1-42:50,UUID:tag:1-3`. Pure. */

/** Transactions of one source and tag, both ends included. */
export interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** By source: a server's UUID, with its tag behind a colon where there is one (MySQL 8.3 and later); each in rising order. */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const numbers = /^(\d+)(?:-(\d+))?$/;

/**
 * Reads a set, also a single id.
 * @throws Error when the text is none.
 */
export function parseGtids(text: string): GtidSet {
  const found = new Map<string, Interval[]>();
  for (const part of text.toLowerCase().replaceAll(/\s/g, "").split(",")) {
    if (part === "") continue;
    const [server = "", ...rest] = part.split(":");
    if (!uuid.test(server) || rest.length === 0) throw new Error(`"${part}" is no set of GTIDs`);
    let source = server;
    for (const piece of rest) {
      const [, first, last = first] = numbers.exec(piece) ?? [];
      if (first === undefined || last === undefined) source = `${server}:${piece}`;
      else found.set(source, [...(found.get(source) ?? []), { first: BigInt(first), last: BigInt(last) }]);
    }
  }
  return new Map([...found].map(([source, intervals]) => [source, merged(intervals)]));
}

/** As the server writes it; empty for the empty set. */
export function formatGtids(set: GtidSet): string {
  return [...set]
    .map(([source, intervals]) => `${source}:${intervals.map(formatInterval).join(":")}`)
    .toSorted()
    .join(",");
}

/** What is in `from` and not in `taken`. */
export function subtractGtids(from: GtidSet, taken: GtidSet): GtidSet {
  const left = [...from].map(([source, intervals]): [string, readonly Interval[]] => [
    source,
    (taken.get(source) ?? []).reduce<readonly Interval[]>(
      (rest, { first, last }) =>
        rest.flatMap((one) =>
          [
            { first: one.first, last: one.last < first ? one.last : first - 1n },
            { first: one.first > last ? one.first : last + 1n, last: one.last },
          ].filter((part) => part.first <= part.last),
        ),
      intervals,
    ),
  ]);
  return new Map(
    left.filter(([, intervals]) => intervals.length > 0).map(([source, parts]) => [source, merged(parts)]),
  );
}

/** How many transactions are in it. */
export function countGtids(set: GtidSet): bigint {
  return [...set.values()].flat().reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

/** The newest transaction of each source (UUID, or UUID and tag) of a server in the set, each a set of one. */
export function newestOf(set: GtidSet, server: string): GtidSet[] {
  return [...set].flatMap(([source, intervals]) => {
    const newest = intervals.at(-1)?.last;
    if (newest === undefined || source.split(":")[0] !== server.toLowerCase()) return [];
    return [new Map([[source, [{ first: newest, last: newest }]]])];
  });
}

/**
 * As the server takes it over the wire (Gtid_set::encode in MySQL's sql/rpl_gtid_set.cc): numbers in eight bytes, the lowest
 * first, an interval's end excluded. With tags in it, the count is framed by ones, and a tag follows each UUID.
 */
export function encodeGtids(set: GtidSet): Buffer {
  const isTagged = [...set.keys()].some((source) => source.includes(":"));
  const count = Buffer.alloc(8);
  if (isTagged) {
    count.writeUInt8(1, 0);
    count.writeUIntLE(set.size, 1, 6);
    count.writeUInt8(1, 7);
  } else {
    count.writeBigUInt64LE(BigInt(set.size));
  }
  const parts = [...set]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([source, intervals]) => {
      const [server = "", tag = ""] = source.split(":");
      const length = isTagged ? [Buffer.from([tag.length * 2]), Buffer.from(tag, "latin1")] : [];
      const ends = intervals.flatMap(({ first, last }) => [first, last + 1n]);
      return [
        Buffer.from(server.replaceAll("-", ""), "hex"),
        ...length,
        ...[BigInt(intervals.length), ...ends].map(eight),
      ];
    });
  return Buffer.concat([count, ...parts]);
}

function eight(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** In rising order, and what touches or overlaps as one. */
function merged(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.toSorted((a, b) => (a.first < b.first ? -1 : 1));
  return sorted.reduce<Interval[]>((done, next) => {
    const last = done.at(-1);
    if (last === undefined || next.first > last.last + 1n) return [...done, next];
    return [...done.slice(0, -1), { first: last.first, last: next.last > last.last ? next.last : last.last }];
  }, []);
}

function formatInterval({ first, last }: Interval): string {
  return first === last ? String(first) : `${first}-${last}`;
}
