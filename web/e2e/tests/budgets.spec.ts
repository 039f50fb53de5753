// What a page may cost: bytes, scripts, requests, videos that play. Times are printed and fail nothing.
import { type CDPSession, type Page, expect, test } from "@playwright/test";

import { everyPage, keepHome, url } from "../pages";

const SCRIPT_BYTES_MAX = 20_000;
const BYTES_BEFORE_SCROLLING_MAX = 900_000;
const PLAYING_MAX = 4;

/** What a page fetches, as it comes over the wire. */
class Weight {
  requests = 0;
  private readonly bytes = new Map<string, number>();
  private readonly scripts = new Set<string>();

  static async of(page: Page): Promise<[Weight, CDPSession]> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    const weight = new Weight();
    const arrived = (id: string) => weight.bytes.get(id) ?? 0;
    cdp.on("Network.requestWillBeSent", () => { weight.requests += 1; });
    cdp.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") weight.scripts.add(requestId);
    });
    // A video may never be fetched whole; what came so far counts.
    cdp.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
      weight.bytes.set(requestId, arrived(requestId) + encodedDataLength);
    });
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      weight.bytes.set(requestId, Math.max(arrived(requestId), encodedDataLength));
    });
    return [weight, cdp];
  }

  get all(): number {
    return [...this.bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  get script(): number {
    return [...this.scripts].reduce((sum, id) => sum + (this.bytes.get(id) ?? 0), 0);
  }
}

test("no page costs more than it may", async ({ page }) => {
  keepHome(page);
  const rows: string[] = [];
  for (const path of await everyPage()) {
    const [cost, cdp] = await Weight.of(page);
    await page.goto(url() + path, { waitUntil: "networkidle" });
    rows.push(`${path.padEnd(28)} ${String(cost.requests).padStart(8)} ${String(cost.script).padStart(8)} ${String(cost.all).padStart(9)}`);
    expect(cost.script, `bytes of script on ${path}`).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
    expect(cost.all, `bytes before scrolling on ${path}`).toBeLessThanOrEqual(BYTES_BEFORE_SCROLLING_MAX);
    await cdp.detach();
  }
  console.log(`\n${"page".padEnd(28)} requests  scripts     bytes\n${rows.join("\n")}`);
});

test("at most four clips play, and none that cannot be seen", async ({ page }) => {
  for (const path of ["/", "/vote"]) {
    await page.goto(url() + path);
    await page.mouse.wheel(0, 700);
    await page.waitForTimeout(800);
    const playing = await page.evaluate(() => {
      const videos = [...document.querySelectorAll("video")].filter((video) => !video.paused);
      const seen = videos.filter((video) => {
        const { top, bottom } = video.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
      });
      return { all: videos.length, seen: seen.length };
    });
    expect(playing.all, path).toBeLessThanOrEqual(PLAYING_MAX);
    expect(playing.seen, `${path}: all that play are on the screen`).toBe(playing.all);
  }
});

test("how long until something is seen, at 1.6 Mbit/s and a quarter of the processor", async ({ page }) => {
  const rows: string[] = [];
  for (const path of await everyPage()) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    await cdp.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 150,
      downloadThroughput: 1_600_000 / 8,
      uploadThroughput: 750_000 / 8,
    });
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await page.goto(url() + path, { waitUntil: "load" });
    const painted = await page.waitForFunction(() => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return paint && Math.round(paint.startTime);
    });
    rows.push(`${path.padEnd(28)} ${await painted.jsonValue()} ms`);
    await cdp.detach();
  }
  console.log(`\nfirst contentful paint (wanted: 1200 ms on a quiet machine)\n${rows.join("\n")}`);
});
