/** The operator's page in a real browser, headless: what a person sees of a stack, and of what happens to it. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConnectClient } from "../../../clients/connect/client.ts";
import { createLog } from "../../../tools/toolchain/log.ts";
import { ensureBrowser } from "../../../tools/toolchain/test-browser.ts";
import { dockerLines } from "./checkout.ts";
import { askMetrics } from "./metrics.ts";
import { limitMs, patient } from "./until.ts";

/** A running stack of two shards and a sink, whose guard serves the page. */
export interface WatchedStack {
  readonly port: number;
  readonly guard: string;
  readonly worker: ConnectClient;
  /** The last one's server may be stopped. */
  readonly connectors: readonly [string, string, sink: string];
  /** Container of the second shard's server. */
  readonly server: string;
}

/** What axe finds; the part of it that is told. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const english = { locale: "en-GB", viewport: { width: 1280, height: 900 } } as const;
const korean = { locale: "ko-KR", timezoneId: "Asia/Seoul", viewport: { width: 390, height: 844 } } as const;

/** Registers the tests; they leave the stack as they found it. */
export function describeOperatorPage(stack: WatchedStack): void {
  describe("the operator's page", () => {
    pageTests(stack);
  });
}

function pageTests({ port, guard, worker, connectors, server }: WatchedStack): void {
  const url = `http://127.0.0.1:${port}`;
  const [first, second, sink] = connectors;
  let browser: Browser;
  /** What the browser complained of, and where it went. */
  let complaints: string[] = [];
  let hosts = new Set<string>();

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: await ensureBrowser(createLog()) });
  });
  afterAll(async () => await browser?.close());
  afterEach(async () => {
    await Promise.all(browser.contexts().map(async (context) => await context.close()));
  });

  async function open(options: BrowserContextOptions = english): Promise<Page> {
    [complaints, hosts] = [[], new Set()];
    const page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(limitMs);
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    await page.goto(url);
    await page.locator("#rows .row").first().waitFor();
    return page;
  }

  /** For the docs, and for eyes: into the folder that CDC_SCREENSHOTS names. */
  async function keep(page: Page, name: string): Promise<void> {
    const folder = process.env["CDC_SCREENSHOTS"];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
  }

  const stateOf = (page: Page, connector: string) => page.locator(`.row[data-connector="${connector}"] .badge`);
  const sees = async (page: Page, connector: string, ...words: readonly string[]) =>
    await expect.poll(async () => await stateOf(page, connector).textContent(), patient).toMatch(wordsOf(words));
  const summary = async (page: Page, words: string) =>
    await expect.poll(async () => await page.locator("#summary").textContent(), patient).toBe(words);

  /** Somebody pauses the connector for as long as the work takes. */
  async function whilePaused(connector: string, work: () => Promise<void>): Promise<void> {
    await worker.pause(connector);
    try {
      await work();
    } finally {
      await worker.resume(connector);
    }
  }

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(await readFile(axe, "utf8"));
    const found = await page.evaluate<Violation[]>("axe.run().then(({ violations }) => violations)");
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
  }

  test("a pipeline that is well: the plan's shards as lanes, a row with a plot for each connector, and nothing to do", async () => {
    const page = await open();
    for (const connector of connectors) await sees(page, connector, "healthy");
    await summary(page, "Everything is well.");
    expect(await page.locator("#to-do").isVisible()).toBe(false);
    expect(await page.locator(".lane").count()).toBe(2);
    expect(await page.locator(".lane .connector strong").allTextContents()).toEqual([first, second]);
    expect(await page.locator(".read-side .sink strong").textContent()).toBe(sink);
    for (const connector of connectors) {
      const plot = page.locator(`.row[data-connector="${connector}"] .plot`);
      await plot.locator("canvas").waitFor();
      expect(await plot.getAttribute("aria-label")).toMatch(
        new RegExp(`^${connector}: .*; at most \\d+ (s|min) in the time shown`),
      );
    }
    expect(await page.locator("#told li").count()).toBeGreaterThan(3);
    await keep(page, "well");
    // Nothing from elsewhere, and no word of the browser's against the page's rules.
    expect([...hosts]).toEqual([`127.0.0.1:${port}`]);
    expect(complaints).toEqual([]);
  });

  test("a connector that is paused by hand changes before one's eyes, with what to do, and so does its return", async () => {
    const page = await open();
    await summary(page, "Everything is well.");
    await whilePaused(second, async () => {
      await sees(page, second, "paused");
      await summary(page, "Needs a look: 1");
      const advice = page.locator(`.advice [data-connector="${second}"]`);
      expect(await advice.locator("code").textContent()).toBe(`cdc resume ${second}`);
      expect(
        await page.locator(".lane", { hasText: second }).locator(".arrow").first().getAttribute("class"),
      ).toContain("rests");
      await sees(page, first, "healthy");
    });
    await sees(page, second, "healthy");
    await summary(page, "Everything is well.");
    expect(await page.locator("#to-do").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has nothing that axe objects to, in the %s", async (colorScheme) => {
    const page = await open({ ...english, colorScheme });
    await page.locator(".plot canvas").first().waitFor();
    const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(background).toBe(colorScheme === "light" ? "rgb(246, 247, 249)" : "rgb(14, 17, 22)");
    expect(await violations(page)).toEqual([]);
    await whilePaused(second, async () => {
      await page.locator(".advice li").first().waitFor();
      expect(await violations(page)).toEqual([]);
    });
    await sees(page, second, "healthy");
  });

  test("in a Korean browser of 390 pixels everything that the page says is Korean, and nothing is cut off", async () => {
    const page = await open(korean);
    await whilePaused(second, async () => {
      await sees(page, second, "일시 중지됨");
      await page.locator(".plot canvas").first().waitFor();
      expect(await page.evaluate<string>("document.documentElement.lang")).toBe("ko");
      expect(await page.title()).toMatch(/^파이프라인 cdc-/);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(390);
      // What is left of the texts in the file, and what nobody translated; the guard's own words are marked as English.
      const said = await page.evaluate<string>(
        "(() => { const copy = document.body.cloneNode(true);" +
          " copy.querySelectorAll('[lang=en], code, noscript, [hidden]').forEach((element) => element.remove());" +
          " return copy.textContent + [...copy.querySelectorAll('[aria-label]')].map((one) => one.ariaLabel).join(); })()",
      );
      await keep(page, "korean");
      expect(said).not.toMatch(/live|What|Topology|Lag|healthy|paused|heartbeat|records|Known|Show|age|for \d/);
      expect(await violations(page)).toEqual([]);
    });
    await sees(page, second, "정상");
    expect(complaints).toEqual([]);
  });

  test("without a mouse: more of what happened by keys, and the focus stays while answers come", async () => {
    const page = await open();
    const more = page.locator("#more");
    for (let times = 0; times < 8 && !(await more.isVisible()); times += 1) {
      await whilePaused(second, async () => await sees(page, second, "paused"));
      await sees(page, second, "healthy");
    }
    const shown = await page.locator("#told li").count();
    expect(shown).toBe(12);
    const inFocus = async () => await page.evaluate<string>("document.activeElement.id");
    while ((await inFocus()) !== "more") await page.keyboard.press("Tab");
    let answers = 0;
    page.on("response", () => (answers += 1));
    await expect.poll(() => answers, patient).toBeGreaterThan(2);
    expect(await inFocus()).toBe("more");
    await page.keyboard.press("Enter");
    await expect.poll(async () => await page.locator("#told li").count(), patient).toBeGreaterThan(shown);
  });

  test("a server that is stopped: its lane says so, and the words on the page are the guard's; then it is back", async () => {
    const page = await open();
    const lane = page.locator(".lane", { hasText: second });
    await dockerLines("stop", server);
    try {
      await sees(page, second, "waiting", "stalled");
      await lane.locator(".server .away").waitFor();
      expect(await lane.locator(".arrow").first().getAttribute("class")).toContain("broken");
      expect(await page.locator(`.advice [data-connector="${second}"] .reason`).textContent()).toContain(
        "does not answer",
      );
      await sees(page, first, "healthy");
      await keep(page, "server-stopped");
    } finally {
      await dockerLines("start", server);
    }
    await sees(page, second, "healthy");
    await lane.locator(".server .away").waitFor({ state: "hidden" });
    expect(await page.locator("#told").textContent()).toContain("healthy again");
  });

  test("a guard that is frozen is told, what was seen last stays, and the page goes on by itself", async () => {
    const page = await open();
    await dockerLines("pause", guard);
    try {
      await page.locator("#problem").waitFor();
      expect(await page.locator("#live").textContent()).toBe("not live");
      expect(await page.locator(".row").count()).toBe(3);
    } finally {
      await dockerLines("unpause", guard);
    }
    await expect.poll(async () => await page.locator("#live").textContent(), patient).toBe("live");
    await sees(page, first, "healthy");
  });

  test("whoever asks by another name, as a page with a rebound name does, gets none of it; nothing can be changed", async () => {
    for (const path of ["/", "/page.js", "/api/state", "/api/history"]) {
      expect((await askMetrics(port, `127.0.0.1:${port}`, path)).status).toBe(200);
      const foreign = await askMetrics(port, `evil.example:${port}`, path);
      expect(foreign.status).toBe(403);
      expect(foreign.body).not.toContain(first);
    }
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect((await fetch(`${url}/api/state`, { method })).status).toBe(405);
    }
  });
}

function wordsOf(words: readonly string[]): RegExp {
  return new RegExp(`^(${words.join("|")})$`);
}
