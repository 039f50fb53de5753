// Looking at sheep: home, the gallery, one sheep, what others embed; by mouse, by keys, on a phone and without scripts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { type Locator, type Page, expect, test } from "@playwright/test";

const url = () => process.env.WOOLGATHER_URL!;

interface Sheep {
  id: string;
  title: string;
  artist: string;
}

async function sheep(): Promise<Sheep[]> {
  const list = await (await fetch(`${url()}/api/v1/sheep?sort=oldest`)).json();
  return list.sheep;
}

/** Fails the test when a page asks anybody but the coordinator for anything, or its policy stops something. */
function keepHome(page: Page): void {
  page.on("request", (request) => {
    expect(request.url().startsWith(url()) || request.url().startsWith("data:"), request.url()).toBeTruthy();
  });
  page.on("console", (message) => {
    expect(message.text()).not.toContain("Content Security Policy");
  });
}

/** Nothing reaches past the right edge. */
async function fits(page: Page): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide, page.url()).toBeLessThanOrEqual(0);
}

/** How many videos move now. */
function playing(page: Page): Promise<number> {
  return page.locator("video").evaluateAll(
    (videos) => videos.filter((video) => !(video as HTMLVideoElement).paused).length,
  );
}

/** Whether the focus is on it. */
async function tabTo(page: Page, target: Locator, presses = 40): Promise<void> {
  for (let press = 0; press < presses; press++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`not reached by ${presses} presses of Tab`);
}

test("by mouse: from home to the gallery, to one sheep, to its artist", async ({ page }) => {
  keepHome(page);
  const [first] = await sheep();
  await page.goto(url());
  await expect(page.getByTestId("now-sheep")).toHaveText(/^\d+$/);
  await expect(page.getByTestId("install")).toHaveAttribute("href", /^\/join#\w+$/);
  await page.getByRole("link", { name: "Gallery", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The living flock");
  await page.getByTestId("search").fill(first.title.split(" ")[0].toLowerCase());
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByTestId("sheep-card")).toHaveCount(1);
  await page.getByTestId("sheep-card").getByRole("link", { name: first.title }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(first.title);
  await expect(page.getByTestId("branch")).toHaveAttribute("href", `/submit?parent=${first.id}`);
  await expect(page.getByTestId("family")).toContainText("it has no parents");
  const genome = page.waitForEvent("download");
  await page.getByTestId("genome-link").click();
  expect((await genome).suggestedFilename()).toBe(`${first.id}.flam3`);
  await page.getByTestId("artist").click();
  await expect(page).toHaveURL(/\/gallery\?artist=/);
  await expect(page.getByTestId("sheep-card").first()).toBeVisible();
});

test("by keys: everything in the gallery can be reached and followed", async ({ page }) => {
  keepHome(page);
  await page.goto(`${url()}/gallery`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter"); // Skip to the content.
  await tabTo(page, page.getByRole("link", { name: "Hall of fame" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hall of fame");
  await page.goBack();
  await tabTo(page, page.getByTestId("search"));
  await page.keyboard.type("zzz");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("nothing-found")).toBeVisible();
  await tabTo(page, page.getByRole("link", { name: "meet one by chance" }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/sheep\/\w+$/);
});

test("on a phone nothing is cut off", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  keepHome(page);
  const [first] = await sheep();
  for (const path of ["/", "/gallery", "/gallery?room=hall", `/sheep/${first.id}`, "/join", "/nowhere"]) {
    await page.goto(`${url()}${path}`);
    await fits(page);
    const links = page.getByRole("navigation", { name: "Main" }).getByRole("link");
    for (const link of await links.all()) {
      const box = (await link.boundingBox())!;
      expect(box.height, await link.textContent() ?? "").toBeGreaterThanOrEqual(32);
      expect(box.height, "a word of the navigation is broken").toBeLessThan(60);
    }
  }
  await page.goto(`${url()}/gallery`);
  await page.getByTestId("sheep-card").first().getByRole("link").first().tap();
  await expect(page).toHaveURL(/\/sheep\//);
  await context.close();
});

test("at twice the size nothing is cut off either", async ({ browser }) => {
  // A window of 1280 pixels at 200 % is one of 640.
  const context = await browser.newContext({ viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });
  const page = await context.newPage();
  const [first] = await sheep();
  for (const path of ["/", "/gallery", `/sheep/${first.id}`, "/nowhere"]) {
    await page.goto(`${url()}${path}`);
    await fits(page);
  }
  await context.close();
});

test("without scripts the gallery is searched, sorted and watched", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  keepHome(page);
  const all = await sheep();
  await page.goto(`${url()}/gallery`);
  await page.getByTestId("sort").selectOption("newest");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/sort=newest/);
  await expect(page.getByTestId("sheep-card").first()).toContainText(all.at(-1)!.title);
  await page.getByTestId("sheep-card").first().getByRole("link").first().click();
  await expect(page.getByTestId("clip-video")).toBeVisible();
  await page.getByText("Show it on your own page").click();
  await expect(page.getByTestId("embed-code")).toContainText("/embed/");
  await context.close();
});

test("at most four clips play, none that is off the screen, and none for who wants it still", async ({ page }) => {
  keepHome(page);
  // Two sheep are enough for a test, but not for a crowd: the page is sent with each card eight times.
  await page.route("**/gallery", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const cards = /<ul class="grid">([^]*?)<\/ul>/.exec(html)![1];
    await route.fulfill({ response, body: html.replace(cards, cards.repeat(8)) });
  });
  await page.setViewportSize({ width: 1280, height: 1400 });
  await page.goto(`${url()}/gallery`);
  expect(await page.getByTestId("sheep-card").count()).toBeGreaterThanOrEqual(16);
  expect(await page.locator("video").count(), "posters first").toBeLessThanOrEqual(4);
  await expect.poll(() => playing(page)).toBeGreaterThanOrEqual(2);
  for (let step = 0; step < 10; step++) {
    await page.mouse.wheel(0, 300);
    await page.waitForTimeout(120);
    expect(await playing(page)).toBeLessThanOrEqual(4);
  }
  await expect.poll(() => page.locator("video").evaluateAll((videos) => videos.filter((video) => {
    const box = video.getBoundingClientRect();
    return !(video as HTMLVideoElement).paused && (box.bottom < 0 || box.top > innerHeight);
  }).length)).toBe(0);
  await page.getByTestId("sheep-card").last().getByRole("link").first().hover();
  await expect(page.getByTestId("sheep-card").last().locator("video")).toHaveCount(1);
  expect(await playing(page)).toBeLessThanOrEqual(4);
  // The system is asked for less motion while the page is open.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(() => playing(page)).toBe(0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await expect.poll(() => playing(page)).toBeGreaterThanOrEqual(1);
  await page.getByRole("button", { name: "Pause motion" }).click();
  await expect.poll(() => playing(page)).toBe(0);
});

test("what another website embeds plays in its frame, and other pages do not stand in one", async ({ page }) => {
  const [first] = await sheep();
  // Another port is another website.
  const elsewhere = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(`<iframe id="embed" src="${url()}/embed/${first.id}" width="640" height="360"></iframe>
                <iframe id="page" src="${url()}/sheep/${first.id}"></iframe>`);
  });
  await new Promise<void>((listening) => elsewhere.listen(0, "127.0.0.1", listening));
  await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
  const frame = page.frameLocator("#embed");
  await expect(frame.locator(".name")).toContainText(first.title);
  const video = frame.locator("video");
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(0);
  await expect(page.frameLocator("#page").getByTestId("clip-video")).toHaveCount(0);
  elsewhere.close();
});

test("an address that leads nowhere helps on", async ({ page }) => {
  keepHome(page);
  const response = await page.goto(`${url()}/sheep/%3Cscript%3E`);
  expect(response!.status()).toBe(404);
  await page.getByPlaceholder("Title, artist or tag").fill("a");
  await page.getByRole("button", { name: "Look for it" }).click();
  await expect(page).toHaveURL(/\/gallery\?q=a/);
});
