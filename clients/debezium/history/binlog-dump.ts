/**
 * The binlog's events as the server sends them to its replicas: the one place where it tells when an event was written.
 * `SHOW BINLOG EVENTS` does not. Upstream: MySQL's client/server protocol, COM_BINLOG_DUMP and COM_BINLOG_DUMP_GTID.
 */
import type { Connection } from "mysql2/promise";
import { encodeGtids, type GtidSet } from "./gtid-set.ts";

/** The head of one event. */
export interface EventHead {
  /** MySQL's number of its type. */
  readonly type: number;
  /** When its statement began on the server that wrote it first, in seconds since 1970; a replica keeps it. 0: made up. */
  readonly atSeconds: number;
}

/** As mysql2 hands a packet to a command of its connection. */
interface Packet {
  isError(): boolean;
  isEOF(): boolean;
  asError(encoding: string): Error;
  readInt8(): number;
  readInt32(): number;
}

/** What a command needs of mysql2's connection; the package has COM_BINLOG_DUMP, but no way to see it refused. */
interface Wire {
  addCommand(command: unknown): void;
  write(bytes: Buffer): void;
  _resetSequenceId(): void;
  _bumpSequenceId(packets: number): void;
}

/** From where the server is to send: from a place in a file on, or all transactions that are not in a set. */
export type DumpStart = { readonly file: string; readonly position: number } | { readonly allBut: GtidSet };

/** At the binlog's end the server says so instead of waiting for more. */
const nonBlocking = 0x01;
const throughGtid = 0x04;

/** Events that begin a transaction: its GTID, without and with a tag. */
const gtidEvents: ReadonlySet<number> = new Set([33, 42]);
/** A compressed transaction, whose statements' times are inside. */
const payloadEvent = 40;
const rotateEvent = 4;

/**
 * Reads the heads of the first events that the server sends, each file's own description among them.
 * The connection is of no use afterwards: the server goes on sending until it is closed.
 * @param isEnough asked after each head.
 * @returns what came until then, or until the binlog's end.
 * @throws Error in the server's words when it has no such file, no event begins there, or it has purged what is wanted.
 */
export async function readEventHeads(
  connection: Connection,
  start: DumpStart,
  isEnough: (heads: readonly EventHead[]) => boolean,
): Promise<EventHead[]> {
  // Else a server that writes checksums refuses a client that does not know them.
  await connection.query("SET @source_binlog_checksum = 'NONE', @master_binlog_checksum = 'NONE'");
  const wire = (connection as unknown as { connection: Wire }).connection;
  return await new Promise((resolve, reject) => {
    const heads: EventHead[] = [];
    // When the connection is lost or takes too long; of no meaning once there is an answer.
    connection.on("error", reject);
    wire.addCommand({
      // mysql2 calls this once without a packet, and then with each that comes, until it says that it is done.
      execute(packet: Packet | undefined): boolean {
        if (packet === undefined) {
          wire._resetSequenceId();
          wire.write(request(start));
          wire._bumpSequenceId(1);
          return false;
        }
        if (packet.isError()) reject(packet.asError("utf8"));
        else if (packet.isEOF()) resolve(heads);
        else {
          packet.readInt8();
          const atSeconds = packet.readInt32();
          const type = packet.readInt8();
          // The server begins with a made-up one that names the file.
          if (type !== rotateEvent || atSeconds !== 0) heads.push({ type, atSeconds });
          if (isEnough(heads)) resolve(heads);
        }
        // Never done: what still comes has no other taker until the connection is closed.
        return false;
      },
      once() {},
    });
  });
}

/**
 * The event that follows the first GTID: the beginning of the transaction's first statement. That of a compressed
 * transaction is not to be seen: it is taken to be old, so that it is held against nobody.
 */
export function beginOf(heads: readonly EventHead[]): EventHead | undefined {
  const gtid = heads.findIndex(({ type }) => gtidEvents.has(type));
  const begin = gtid === -1 ? undefined : heads[gtid + 1];
  return begin?.type === payloadEvent ? { ...begin, atSeconds: 0 } : begin;
}

/** Server id 0: of such a client the server ends no other, and it is in no list of replicas. */
function request(start: DumpStart): Buffer {
  if ("file" in start) {
    const name = Buffer.from(start.file, "utf8");
    const head = Buffer.alloc(11);
    head.writeUInt8(0x12, 0);
    head.writeUInt32LE(start.position, 1);
    head.writeUInt16LE(nonBlocking, 5);
    return framed(Buffer.concat([head, name]));
  }
  const set = encodeGtids(start.allBut);
  const head = Buffer.alloc(23);
  head.writeUInt8(0x1e, 0);
  head.writeUInt16LE(nonBlocking | throughGtid, 1);
  // No file name, and the first place in it: where to begin the set says.
  head.writeBigUInt64LE(4n, 11);
  head.writeUInt32LE(set.length, 19);
  return framed(Buffer.concat([head, set]));
}

function framed(payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  return Buffer.concat([head, payload]);
}
