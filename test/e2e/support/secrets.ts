/** Looks for secrets by their real values, in whatever form something may have written them. */

/** What is looked into: text, bytes, or pieces of them. */
type Content = string | Uint8Array | readonly (string | Uint8Array)[];

/** Where to look, by the name that a finding is told with. */
export type Places = Readonly<Record<string, () => Promise<Content>>>;

/** Values by names, which are told instead of them. */
export type Secrets = Readonly<Record<string, string>>;

/** The forms of a value, by their names. In base64 it may begin anywhere in what was encoded, as the password in `user:password`. */
export function formsOf(value: string): [form: string, bytes: Buffer][] {
  const plain = Buffer.from(value);
  const escaped = JSON.stringify(value).slice(1, -1);
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), plain])
      .toString("base64")
      .replace(/=+$/, "");
    // Without the digits that hold bits of what stands before or after.
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + plain.length) * 8) / 6));
  });
  const texts: [string, string][] = [
    ["clear", value],
    ["JSON", escaped],
    ["JSON in JSON", JSON.stringify(escaped).slice(1, -1)],
    ["a URL", encodeURIComponent(value)],
    ["a form", new URLSearchParams({ v: value }).toString().slice(2)],
    ["hex", plain.toString("hex")],
    ...base64.flatMap((text): [string, string][] => [
      ["base64", text],
      ["base64url", text.replaceAll("+", "-").replaceAll("/", "_")],
    ]),
  ];
  const bytes: [string, Buffer][] = texts.map(([form, text]) => [form, Buffer.from(text)]);
  const utf16 = Buffer.from(value, "utf16le");
  return [...bytes, ["UTF-16LE", utf16], ["UTF-16BE", Buffer.from(utf16).swap16()]];
}

/**
 * @returns `PLACE: NAME as FORM` for each secret that is found, never its value.
 * @throws Error for a place with nothing in it, and for a value that is too short to be looked for: both would find nothing, ever.
 */
export async function secretsIn(places: Places, secrets: Secrets): Promise<string[]> {
  const forms = Object.entries(secrets).map(([name, value]) => {
    if (value.length < 8) throw new Error(`${name} has ${value.length} characters; a text has these by chance`);
    return [name, formsOf(value)] as const;
  });
  const found: string[] = [];
  for (const [place, read] of Object.entries(places)) {
    const content = await read();
    const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
    const bytes = pieces.map((piece) => Buffer.from(piece));
    if (bytes.every(({ length }) => length === 0)) throw new Error(`there is nothing to look into: ${place}`);
    for (const [name, ways] of forms) {
      const way = ways.find(([, form]) => bytes.some((piece) => piece.includes(form)));
      if (way !== undefined) found.push(`${place}: ${name} as ${way[0]}`);
    }
  }
  return found;
}
