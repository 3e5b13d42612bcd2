/** A registry of images on loopback, as far as an engine asks one for a tag and pulls it: the OCI distribution API, reading only. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface Registry {
  /** `HOST:PORT`, the first part of its images' names. */
  readonly address: string;
  /**
   * Gives a tag to an image that differs by its label.
   * @returns the digest of its index.
   */
  readonly tag: (name: string, tag: string, label: string) => string;
  readonly close: () => Promise<void>;
}

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export async function startRegistry(): Promise<Registry> {
  const contents = new Map<string, { type: string; bytes: Buffer }>();
  const tags = new Map<string, string>();

  function keep(type: string, bytes: Buffer) {
    const digest = digestOf(bytes);
    contents.set(digest, { type, bytes });
    return { mediaType: type, digest, size: bytes.length };
  }
  const keepJson = (mediaType: string, fields: object) =>
    keep(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...fields })));

  function tag(name: string, tagName: string, label: string): string {
    // An archive without files.
    const archive = Buffer.alloc(1024);
    const platform = { architecture: process.arch === "x64" ? "amd64" : process.arch, os: "linux" };
    const rootfs = { type: "layers", diff_ids: [digestOf(archive)] };
    const config = keep(
      types.config,
      Buffer.from(JSON.stringify({ ...platform, config: { Labels: { label } }, rootfs, history: [{}] })),
    );
    const manifest = keepJson(types.manifest, { config, layers: [keep(types.layer, gzipSync(archive))] });
    const { digest } = keepJson(types.index, { manifests: [{ ...manifest, platform }] });
    tags.set(`${name}:${tagName}`, digest);
    return digest;
  }

  const server = createServer((request, response) => {
    const [, name = "", reference = ""] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/.exec(request.url ?? "") ?? [];
    const digest = reference.startsWith("sha256:") ? reference : tags.get(`${name}:${reference}`);
    const content = digest === undefined ? undefined : contents.get(digest);
    if (request.url === "/v2/") {
      response.end("{}");
    } else if (digest === undefined || content === undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] }));
    } else {
      response.writeHead(200, {
        "content-type": content.type,
        "content-length": content.bytes.length,
        "docker-content-digest": digest,
      });
      response.end(request.method === "HEAD" ? undefined : content.bytes);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    tag,
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
