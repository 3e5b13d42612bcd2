/** A MySQL server's history and a connector that follows it, for tests: transactions, files of the binlog, numbers, times. */
import type { Around, AtPlace, ServerFacts } from "../../../../clients/debezium/history/judge.ts";
import type { Place } from "../../../../clients/debezium/history/place.ts";

export const own = "6c0aed37-e9ab-11f1-8d73-0242ac120002";
export const other = "6d2aeffe-e9ab-11f1-979e-0242ac120003";

interface Transaction {
  readonly gtid: string;
  readonly atSeconds: number;
  readonly position: number;
  readonly isCaptured: boolean;
}

interface File {
  readonly name: string;
  readonly begunAt: number;
  readonly before: readonly string[];
  readonly transactions: readonly Transaction[];
}

/** Sizes as they are on a real server, about: all transactions alike, so that positions coincide. */
const [headBytes, gtidBytes] = [158, 79];

export class SimulatedServer {
  uuid = own;
  /** Of a transaction behind its GTID. */
  restBytes = 221;
  files: File[] = [];
  #numbers = 0;
  readonly #clock: { now: number };

  constructor(clock: { now: number }) {
    this.#clock = clock;
    this.rotate();
  }

  commit(isCaptured = true): void {
    this.#clock.now += 1;
    const last = this.files.at(-1)!;
    const position = headBytes + last.transactions.length * (gtidBytes + this.restBytes);
    const transaction = {
      gtid: `${this.uuid}:${(this.#numbers += 1)}`,
      atSeconds: this.#clock.now,
      position,
      isCaptured,
    };
    this.files = [...this.files.slice(0, -1), { ...last, transactions: [...last.transactions, transaction] }];
  }

  /** FLUSH BINARY LOGS, and every start. */
  rotate(): void {
    this.#clock.now += 1;
    const name = `mysql-bin.${String(Number(this.files.at(-1)?.name.slice(-6) ?? 0) + 1).padStart(6, "0")}`;
    this.files = [...this.files, { name, begunAt: this.#clock.now, before: this.all(), transactions: [] }];
  }

  /** RESET BINARY LOGS AND GTIDS */
  reset(): void {
    this.files = [];
    this.#numbers = 0;
    this.rotate();
  }

  purge(): void {
    this.files = this.files.slice(-1);
  }

  backup(): () => void {
    const [files, numbers] = [this.files, this.#numbers];
    return () => {
      this.files = files;
      this.#numbers = numbers;
      this.rotate();
    };
  }

  /** auto.cnf is gone: another id, and numbers from one. */
  becomeAnother(): void {
    this.uuid = other;
    this.#numbers = 0;
    this.rotate();
  }

  all(): string[] {
    const last = this.files.at(-1);
    return last === undefined ? [] : [...last.before, ...last.transactions.map(({ gtid }) => gtid)];
  }

  facts(place: Place): ServerFacts {
    const isYounger = this.files.at(-1)!.begunAt * 1000 > Date.parse(place.committedAt ?? "");
    return {
      serverUuid: this.uuid,
      executed: this.all().join(","),
      purged: this.files[0]!.before.join(","),
      files: this.files.map(({ name, transactions: inIt }) => ({
        file: name,
        sizeBytes: headBytes + inIt.length * (gtidBytes + this.restBytes),
      })),
      around: isYounger ? this.#around(place) : undefined,
    };
  }

  #around(place: Place): Around {
    const transactions = this.files.flatMap((file) => file.transactions);
    const read = (place.gtids ?? "").split(",");
    if (place.isWithin) {
      return { kind: "within", nextAtSeconds: transactions.find(({ gtid }) => !read.includes(gtid))?.atSeconds };
    }
    const newest = transactions.findLast(({ gtid }) => gtid.startsWith(this.uuid) && read.includes(gtid));
    return { kind: "between", newestRead: newest === undefined ? [] : [newest], atPlace: this.#at(place) };
  }

  #at({ file, position }: Place): AtPlace | undefined {
    const at = this.files.findIndex(({ name }) => name === file);
    const found = this.files[at];
    if (found === undefined) return undefined;
    const next = found.transactions.find((one) => one.position === position);
    if (next !== undefined) return { gtid: next.gtid, before: undefined };
    const end = headBytes + found.transactions.length * (gtidBytes + this.restBytes);
    const before = this.files[at + 1]?.before ?? this.all();
    return position === end ? { gtid: undefined, before: before.join(",") } : undefined;
  }
}

/** A connector that has read all; its place as Debezium stores it, within the last transaction or after it. */
export function placeAtEnd(server: SimulatedServer, isWithin: boolean): Place | undefined {
  const all = server.files.flatMap((file) => file.transactions.map((one) => ({ ...one, file: file.name })));
  const captured = all.findLast((one) => one.isCaptured);
  const last = isWithin ? captured : all.at(-1);
  if (captured === undefined || last === undefined) return undefined;
  const before = server.all();
  const upTo = before.indexOf(last.gtid) + (isWithin ? 0 : 1);
  return {
    file: last.file,
    position: last.position + gtidBytes + (isWithin ? 0 : server.restBytes),
    gtids: before.slice(0, upTo).join(",") || undefined,
    committedAt: new Date(captured.atSeconds * 1000).toISOString(),
    isWithin,
    snapshot: undefined,
  };
}
