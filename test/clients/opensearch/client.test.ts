import type { Client } from "@opensearch-project/opensearch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineError, engineClient, isMissing } from "../../../clients/opensearch/client.ts";
import { FakeEngine } from "../../support/fake-engine.ts";

let engine: FakeEngine;
let client: Client;
beforeEach(async () => {
  engine = await FakeEngine.start();
  client = engineClient({ url: engine.url });
});
afterEach(async () => {
  await client.close();
  await engine.stop();
});

async function errorOf(asked: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw new Error("expected an EngineError", { cause: error });
  return error;
}

describe("errors", () => {
  it("of the engine name request, status and reason", async () => {
    const body = { error: { type: "illegal_argument_exception", reason: "mapper [a]\n cannot be changed" } };
    engine.answer = { status: 400, body };
    const error = await errorOf(client.indices.putMapping({ index: "shop-items", body: {} }));
    expect(error.message).toBe(
      "the search engine answers 400 to POST /shop-items/_mapping: mapper [a] cannot be changed",
    );
    expect(error).toMatchObject({ status: 400, type: "illegal_argument_exception" });
  });

  it.each([
    ["an index", { error: { type: "index_not_found_exception", reason: "no such index [a]" } }, "no such index [a]"],
    ["a document", { _index: "a", _id: "1", found: false }, "no such document"],
    ["a route, as text", { error: "no handler found for uri [/a]" }, "no handler found for uri [/a]"],
  ])("tell that %s is missing", async (_what, body, reason) => {
    engine.answer = { status: 404, body };
    const error = await errorOf(client.get({ index: "a", id: "1" }));
    expect(isMissing(error)).toBe(true);
    expect(error.message).toContain(reason);
  });

  it("of something that is no engine have a reason too", async () => {
    engine.answer = { status: 403, body: "<html>", contentType: "text/html" };
    expect((await errorOf(client.info())).message).toBe("the search engine answers 403 to GET /: <html>");
  });

  it("say where the engine was looked for when nothing listens there", async () => {
    await engine.stop();
    const error = await errorOf(client.info());
    expect(error.message).toContain(`the search engine is out of reach at ${engine.url}/ (connect ECONNREFUSED`);
    expect(error.status).toBeUndefined();
  });

  it("say when there is no answer in time", async () => {
    engine.isSilent = true;
    const impatient = engineClient({ url: engine.url }, { timeoutMs: 50 });
    const error = await errorOf(impatient.cluster.health());
    expect(error.message).toBe(`the search engine at ${engine.url}/ does not answer GET /_cluster/health in time`);
    await impatient.close();
  });

  it("are none of a question whose answer may be no", async () => {
    expect((await client.indices.exists({ index: "nothing" })).body).toBe(false);
  });
});

describe("answers", () => {
  it("keep integers beyond 2^53, and take keys that JavaScript's objects have", async () => {
    engine.answer = {
      status: 200,
      body: '{"found":true,"_source":{"id":18446744073709551615,"n":7,"json":{"constructor":{"prototype":1}}}}',
    };
    const { body } = await client.get({ index: "a", id: "1" });
    expect(body._source).toMatchObject({ id: 18446744073709551615n, n: 7, json: { constructor: { prototype: 1 } } });
  });
});
