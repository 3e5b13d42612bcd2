/** Names of X.509 subjects, as Kafka calls those who are known by a certificate. Upstream: X.690 (DER), RFC 5280, RFC 2253. */
import type { X509Certificate } from "node:crypto";

/** Attributes that RFC 2253 has a word for, by their object identifiers as DER has them (hex). */
const words: Readonly<Record<string, string>> = {
  "550403": "CN",
  "550406": "C",
  "550407": "L",
  "550408": "ST",
  "550409": "STREET",
  "55040a": "O",
  "55040b": "OU",
  "0992268993f22c640101": "UID",
  "0992268993f22c640119": "DC",
};

/** How characters are encoded, by the tags of DER's texts; of all others Java shows the bytes. */
const encodings: Readonly<Record<number, BufferEncoding>> = {
  0x0c: "utf8",
  0x13: "latin1",
  0x14: "latin1",
  0x16: "latin1",
};

interface Part {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length. */
  readonly whole: Buffer;
}

/**
 * The subject as Kafka makes a principal of it without `ssl.principal.mapping.rules`: what Java's `X500Principal.getName()` gives, the
 * last attribute first, `CN=cdc,OU=data,O=Example`.
 */
export function subjectOf({ raw }: Pick<X509Certificate, "raw">): string {
  const [certificate] = partsIn(raw);
  const [toBeSigned] = partsIn(certificate?.content);
  // A version is there from version 2 on; serial number, algorithm, issuer and life come before the subject.
  const fields = partsIn(toBeSigned?.content).filter(({ tag }) => tag !== 0xa0);
  const names = partsIn(fields[4]?.content);
  return names.toReversed().map(relativeName).join(",");
}

/** One set of attributes; nearly always of one. */
function relativeName({ content }: Part): string {
  return partsIn(content)
    .map((attribute) => {
      const [type, value] = partsIn(attribute.content);
      if (type === undefined || value === undefined) throw new Error("a subject has an attribute without a value");
      const word = words[type.content.toString("hex")];
      const encoding = encodings[value.tag];
      const isText = word !== undefined && encoding !== undefined;
      return `${word ?? dotted(type.content)}=${isText ? escaped(value.content.toString(encoding)) : `#${value.whole.toString("hex")}`}`;
    })
    .join("+");
}

/** RFC 2253, 2.4. */
function escaped(text: string): string {
  return text.replaceAll(/[,=+<>#;"\\]/g, "\\$&").replaceAll(/^ +| +$/g, (spaces) => spaces.replaceAll(" ", "\\ "));
}

/** An object identifier: `1.2.840.113549.1.9.1`. */
function dotted(identifier: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of identifier) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [both = 0, ...rest] = numbers;
  const first = Math.min(2, Math.floor(both / 40));
  return [first, both - first * 40, ...rest].join(".");
}

/** What stands one after the other. */
function partsIn(bytes: Buffer = Buffer.alloc(0)): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes[at + 1] ?? 0;
    const long = size < 0x80 ? 0 : size & 0x7f;
    const begin = at + 2 + long;
    const end = begin + (long === 0 ? size : bytes.readUIntBE(at + 2, long));
    parts.push({ tag: bytes[at] ?? 0, content: bytes.subarray(begin, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return parts;
}
