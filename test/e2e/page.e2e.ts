/** The search page in a real browser, headless: what people see of rows, and of their changes, on a real stack. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { createLog } from "../../tools/toolchain/log.ts";
import { ensureBrowser } from "../../tools/toolchain/test-browser.ts";
import { Checkout, dockerLines } from "./support/checkout.ts";
import { sqlIn } from "./support/mysql.ts";
import { reachedFrom, workerStatus } from "./support/networks.ts";
import { succeeded } from "./support/results.ts";
import { limitMs, patient } from "./support/until.ts";

const portOffset = 6500;
const url = `http://127.0.0.1:${8090 + portOffset}`;
const shards = ["shard0", "shard1"];
const checkout = new Checkout("e2e-page");

let rootPassword: string;
let browser: Browser;
let page: Page;
/** What the browser complained of. */
let complaints: string[];
/** Where it went. */
let hosts: Set<string>;

beforeAll(async () => {
  await checkout.create({
    portOffset,
    shards: shards.map((name, index) => ({ name, port: 3308 + index })),
    readSide: { enabled: true },
  });
  succeeded(await checkout.make("up"));
  rootPassword = await checkout.password("mysql-root-password");
  browser = await chromium.launch({ executablePath: await ensureBrowser(createLog()) });
});

afterAll(async () => {
  await browser?.close();
  await checkout.remove();
});

beforeEach(async () => {
  complaints = [];
  hosts = new Set();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(limitMs);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
});

afterEach(async () => {
  await page.close();
});

async function sql(shard: string, statement: string): Promise<void> {
  const container = `${checkout.prefix}-mysql-${3308 + shards.indexOf(shard)}`;
  await sqlIn(container, rootPassword, statement);
}

/** Opens the page and types as a person does, until what is shown was found for all of it, not for its beginning. */
async function look(words: string): Promise<void> {
  await page.goto(url);
  // The page asks the same again once it has shown an answer.
  let times = 0;
  const isAskedAgain = page.waitForRequest(
    (request) => new URL(request.url()).searchParams.get("q") === words && (times += 1) === 2,
  );
  await page.locator("#query").pressSequentially(words);
  await isAskedAgain;
}

function card(shard: string, id: number): Locator {
  return page.locator(`.row[data-id="${shard}:${id}"]`);
}

/** How many cards there are, when it is that many. */
async function count(cards: number): Promise<void> {
  await expect.poll(async () => await page.locator(".row").count(), patient).toBe(cards);
}

test("a word finds its products on every shard, each with its shard and its freshness", async () => {
  await look("battery");
  await count(shards.length);
  for (const shard of shards) {
    const found = card(shard, 102);
    expect(await found.locator(".shard").textContent()).toBe(shard);
    expect(await found.locator(".table").textContent()).toBe("products.products");
    expect(await found.locator(".freshness").textContent()).toMatch(/^\d+(\.\d)? (s|min|h) ago$/);
    expect(await found.locator("h2").textContent()).toBe("car battery");
    expect(await found.locator("h2 mark").textContent()).toBe("battery");
    expect(await found.locator("[data-field=price] dd").textContent()).toBe("89.90");
  }
  expect(await page.locator("#summary").textContent()).toBe(`${shards.length} rows`);
  // No fonts, scripts or images from elsewhere, and no word of the browser's against the page's rules.
  expect([...hosts]).toEqual([new URL(url).host]);
  expect(complaints).toEqual([]);
});

test("a price changed on one shard changes before one's eyes, there and nowhere else", async () => {
  await look("재킷");
  await count(shards.length);
  const changing = card("shard1", 105).locator("[data-field=price]");
  const before = await changing.locator("dd").textContent();
  await sql("shard1", "UPDATE products.products SET price = 199000.50 WHERE id = 105");

  await changing.locator("ins").waitFor();
  // At one moment, as the page takes back what it shows of a change after some seconds.
  const shown = await page.evaluate<unknown>(`[
    ...['[data-field=price] ins', '[data-field=price] del', '.note'].map(
      (part) => document.querySelector('.row[data-id="shard1:105"] ' + part)?.textContent),
    document.querySelectorAll('.just-changed').length,
  ]`);
  expect(shown).toEqual([
    "199000.50",
    before,
    expect.stringMatching(/^Changed, here \d+(\.\d)? s after the commit$/),
    1,
  ]);
  expect(await card("shard0", 105).locator("[data-field=price] dd").textContent()).toBe(before);
});

test("a new row comes, text of rows stays text, and a deleted row goes", async () => {
  await look("우산");
  await page.locator("#nothing").waitFor();
  // 우산을: the object's particle is a part of the word for the engine; the beginning finds it.
  const hostile = '<img src="http://elsewhere.invalid/x" onerror="document.title=1"> 우산을';
  await sql(
    "shard0",
    `INSERT INTO products.products (id, sku, name, price) VALUES (900, 'umbrella', '${hostile}', 1.00)`,
  );
  await card("shard0", 900).waitFor();
  expect(await card("shard0", 900).locator(".note").textContent()).toMatch(/^New, here /);
  expect(await card("shard0", 900).locator("h2").textContent()).toBe(hostile);
  expect(await page.title()).toBe("Search all shards");
  expect([...hosts]).toEqual([new URL(url).host]);

  await sql("shard0", "DELETE FROM products.products WHERE id = 900");
  await count(0);
  expect(await page.locator("#nothing").textContent()).toBe("No row has all of these words.");
  expect(complaints).toEqual([]);
});

test("of many rows the first are shown, and more when asked", async () => {
  const rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45)";
  const columns = "1000 + i, CONCAT('many-', i), CONCAT('plenty ', i), i";
  await sql("shard0", `INSERT INTO products.products (id, sku, name, price) ${rows} SELECT ${columns} FROM n`);
  await look("plenty");
  const summary = page.locator("#summary");
  await expect.poll(async () => await summary.textContent(), patient).toBe("45 rows, the first 30 below");
  await count(30);
  await page.getByRole("button", { name: "Show more" }).click();
  await count(45);
  expect(await summary.textContent()).toBe("45 rows");
  expect(await page.locator("#more").isVisible()).toBe(false);
  await sql("shard0", "DELETE FROM products.products WHERE id BETWEEN 1001 AND 1045");
  await count(0);
});

test("without a mouse: / and Esc, a shard chosen by keys; the address keeps the search", async () => {
  await page.goto(`${url}/?q=scooter`);
  await count(shards.length);
  const inFocus = async () =>
    await page.evaluate<string>("document.activeElement.id || document.activeElement.textContent");
  expect(await inFocus()).toBe("query");

  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  expect(await inFocus()).toBe("shard1 1");
  await page.keyboard.press("Enter");
  await count(1);
  expect(await page.locator(".row .shard").textContent()).toBe("shard1");
  // Answers keep coming, and the focus stays.
  expect(await inFocus()).toBe("shard1 1");
  expect(page.url()).toBe(`${url}/?q=scooter&shard=shard1`);
  await page.reload();
  await count(1);

  await page.locator("#shards button[aria-pressed=true]").press("/");
  expect(await inFocus()).toBe("query");
  await page.keyboard.type("hammer");
  await card("shard1", 104).waitFor();
  await page.keyboard.press("Escape");
  expect(await page.locator("#query").inputValue()).toBe("");
  await card("shard1", 101).waitFor();
  expect(page.url()).toBe(`${url}/?shard=shard1`);
});

test("an engine that is away is told, what was found stays, and the page goes on by itself", async () => {
  await look("hammer");
  await count(shards.length);
  const engine = `${checkout.prefix}-opensearch`;
  await dockerLines("pause", engine);
  try {
    await page.locator("#problem").waitFor();
    expect(await page.locator("#problem").textContent()).toMatch(/^the search engine at .* does not answer: /);
    expect(await page.locator("#live").textContent()).toBe("not live");
    await count(shards.length);
  } finally {
    await dockerLines("unpause", engine);
  }
  await page.locator("#problem").waitFor({ state: "hidden" });
  expect(await page.locator("#live").textContent()).toBe("live");
});

test("in a Korean browser everything that the page says is Korean, and the search is the same", async () => {
  const context = await browser.newContext({ locale: "ko-KR", timezoneId: "Asia/Seoul" });
  try {
    const korean = await context.newPage();
    korean.setDefaultTimeout(limitMs);
    korean.on("console", (message) => complaints.push(message.text()));
    korean.on("pageerror", (error) => complaints.push(error.message));
    await korean.goto(`${url}/?q=${encodeURIComponent("재킷")}`);
    await korean.locator('.row[data-id="shard0:105"]').waitFor();
    expect(await korean.evaluate<string>("document.documentElement.lang")).toBe("ko");
    expect(await korean.title()).toBe("모든 샤드 검색");
    expect(await korean.getByRole("searchbox", { name: "검색" }).inputValue()).toBe("재킷");
    expect(await korean.locator("#summary").textContent()).toBe(`${shards.length}건`);
    const freshness = korean.locator('.row[data-id="shard0:105"] .freshness');
    expect(await freshness.textContent()).toMatch(/^\d+(\.\d)?(초|분|시간) 전$/);
    expect(await freshness.getAttribute("title")).toMatch(/^마지막 변경이 커밋된 시각: \d{4}년 .*GMT\+9$/);
    await korean.locator("#query").fill("없는 낱말");
    await korean.locator("#nothing").waitFor();
    expect(await korean.locator("#nothing").textContent()).toBe("입력한 단어가 모두 들어 있는 행이 없습니다.");
    // What is left of the texts in the file is what has to be written anew: nothing that is seen or read aloud.
    const said = await korean.evaluate<string>(
      "[...document.querySelectorAll('body, [aria-label], [placeholder]')].map((element) =>" +
        " `${element.innerText} ${element.ariaLabel} ${element.getAttribute('placeholder')}`).join(' ')",
    );
    expect(said).not.toMatch(/Search|Shards|Rows|live|word|Show/);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
});

test("light and dark, as the machine is set", async () => {
  const backgrounds: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    backgrounds.push(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor"));
  }
  expect(backgrounds).toEqual(["rgb(246, 247, 249)", "rgb(14, 17, 22)"]);
});

test("each container opens connections to whom it is to, and to nobody else, by no name and no address", async () => {
  const ports = { "mysql-3308": 3306, "mysql-3309": 3306, kafka: 29092, connect: 8083, opensearch: 9200, search: 8090 };
  const reached = async (part: string) => [part, await reachedFrom(checkout.prefix, part, ports)] as const;
  const found = await Promise.all(["search", "opensearch", "guard", "mysql-3308", "kafka", "connect"].map(reached));
  const joined = found.map(([part, ways]) => [part, ways.join(", ")]);
  const databases = "mysql-3308, mysql-3308 in databases, mysql-3309, mysql-3309 in databases";
  expect(Object.fromEntries(joined)).toEqual({
    search: "opensearch, opensearch in page",
    opensearch: "connect in read-side, search, search in page",
    guard: `connect, connect in, connect in databases, kafka, kafka in, ${databases}`,
    "mysql-3308": "connect in databases, mysql-3309, mysql-3309 in databases",
    kafka: "connect, connect in",
    connect: `kafka, kafka in, ${databases}, opensearch, opensearch in read-side`,
  });
});

test("the worker answers guard and broker, and nobody by its addresses beside the databases and the engine", async () => {
  const status = async (part: string, role?: string) => await workerStatus(checkout.prefix, part, role);
  const beside = [status("mysql-3308", "databases"), status("guard", "databases"), status("opensearch", "read-side")];
  expect(await Promise.all([status("guard"), status("kafka"), ...beside])).toEqual([200, 200, 403, 403, 403]);
});

describe("a page of another site, in a browser on this machine", () => {
  const connect = `http://localhost:${8083 + portOffset}`;
  const engine = `http://127.0.0.1:${9200 + portOffset}`;
  const connector = "shard0-connector";
  const worker = new ConnectClient({ url: connect });
  const validate = `${connect}/connector-plugins/MySqlConnector/config/validate`;
  const stolen = JSON.stringify({ "connector.class": "MySqlConnector", "tasks.max": "${file:/run/secrets/x:y}" });
  /** With a body or a method that a browser asks leave for, and without. */
  const tries: readonly (readonly [method: string, url: string, body?: string])[] = [
    ["GET", `${connect}/connectors/${connector}/config`],
    ["POST", `${connect}/connectors/${connector}/restart?includeTasks=true`],
    ["PUT", `${connect}/connectors/${connector}/pause`],
    ["DELETE", `${connect}/connectors/${connector}`],
    ["PUT", validate, stolen],
    ["GET", `${engine}/products-products/_search`],
    ["POST", `${engine}/products-products/_close`],
    ["POST", `${engine}/products-products/_delete_by_query?q=*`],
    ["DELETE", `${engine}/products-*`],
    ["GET", `${url}/api/search?q=battery`],
  ];

  /** A fingerprint of what could be changed. */
  async function state(): Promise<unknown> {
    const { _shards: _, ...counted } = (await (await fetch(`${engine}/products-products/_count`)).json()) as {
      _shards: unknown;
    };
    return [await worker.getConfig(connector), (await worker.getStatus(connector))?.connector.state, counted];
  }

  test("reads nothing and has nothing done", async () => {
    const site = createServer((_request, answer) => answer.setHeader("content-type", "text/html").end("elsewhere"));
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
    try {
      const before = await state();
      await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
      const read = await page.evaluate(
        async (all) =>
          await Promise.all(
            all.flatMap(([method, to, body]) =>
              (["cors", "no-cors"] as const).map(async (mode) => {
                try {
                  return await (await fetch(to, { method, mode, ...(body === undefined ? {} : { body }) })).text();
                } catch {
                  return "";
                }
              }),
            ),
          ),
        tries,
      );
      expect(read.filter((text) => text !== "")).toEqual([]);
      expect(await state()).toEqual(before);
    } finally {
      site.closeAllConnections();
      site.close();
    }
  });

  test("is no other by a name of its own for this machine's address: worker and search page answer 403", async () => {
    const rebound = await chromium.launch({
      executablePath: await ensureBrowser(createLog()),
      args: ["--host-resolver-rules=MAP rebound.example 127.0.0.1"],
    });
    try {
      const other = await rebound.newPage();
      for (const port of [8083, 8090]) {
        const answer = await other.goto(`http://rebound.example:${port + portOffset}/`);
        expect([port, answer?.status()]).toEqual([port, 403]);
      }
    } finally {
      await rebound.close();
    }
  });
});
