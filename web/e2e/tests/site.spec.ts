// What a visitor does: look, watch, vote with the keyboard, offer a genome.
import { type Page, expect, test } from "@playwright/test";

import { keepHome, manifest, url } from "../pages";

/** What every sheep's page says of its rating: how much it is liked, by how many votes. */
async function ratings(page: Page): Promise<Map<string, string>> {
  const said = new Map<string, string>();
  for (const { id } of (await manifest()).sheep) {
    const response = await page.request.get(`${url()}/sheep/${id}`);
    const rating = /data-testid="rating"[^]*?<\/(section|aside|div|dl)>/.exec(await response.text());
    said.set(id, rating![0]);
  }
  return said;
}

/** How many sheep's ratings are not what they were. */
async function moved(page: Page, before: Map<string, string>): Promise<number> {
  const after = await ratings(page);
  return [...after].filter(([id, rating]) => rating !== before.get(id)).length;
}

test("the clip on a sheep's page plays", async ({ page }) => {
  keepHome(page);
  const sheep = (await manifest()).sheep[0];
  await page.goto(`${url()}/sheep/${sheep.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(sheep.title);
  const video = page.getByTestId("clip-video");
  await video.evaluate((element: HTMLVideoElement) => element.play());
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(0.1);
  expect(await video.evaluate((element: HTMLVideoElement) => element.videoWidth)).toBe(320);
});

test("the arrow key on the vote page changes the stored rating", async ({ page }) => {
  keepHome(page);
  const before = await ratings(page);
  await page.goto(`${url()}/vote`);
  await expect(page.getByTestId("vote-left")).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => moved(page, before)).toBe(2);
});

test("voting needs no JavaScript", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const before = await ratings(page);
  await page.goto(`${url()}/vote`);
  await page.getByTestId("vote-right").click();
  await expect(page.getByTestId("vote-left")).toBeVisible();
  expect(await moved(page, before)).toBe(2);
  await context.close();
});

test("home shows the flock moving, and leads to a sheep", async ({ page }) => {
  keepHome(page);
  await page.goto(url());
  const videos = page.locator("video");
  await page.getByTestId("sheep-card").first().scrollIntoViewIfNeeded();
  await expect.poll(() => videos.count()).toBeGreaterThanOrEqual(2);
  await expect.poll(() => videos.first().evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(0);
  await page.locator('a[href^="/sheep/"]').first().click();
  await expect(page.getByTestId("clip-video")).toBeVisible();
});

test("a malformed genome is refused with line, attribute, value and legal range", async ({ page }) => {
  keepHome(page);
  await page.goto(`${url()}/submit`);
  const genome = '<flame name="bad" size="640 480" gamma="-3">\n<xform weight="1" linear="1"/></flame>';
  const form = page.getByTestId("upload-form");
  await form.locator('input[type="file"]').setInputFiles({ name: "bad.flam3", mimeType: "text/xml", buffer: Buffer.from(genome) });
  await form.locator('input[name="artist"]').fill("Mary Shelley");
  await form.locator('input[name="consent"]').check();
  await form.locator('button[type="submit"]').click();
  const problem = page.getByTestId("problem");
  await expect(problem).toContainText("line 1");
  await expect(problem).toContainText("gamma");
  await expect(problem).toContainText("-3");
  await expect(form.locator('input[name="artist"]')).toHaveValue("Mary Shelley");
});

test("a good genome becomes an entry with a state", async ({ page }) => {
  keepHome(page);
  const sheep = (await manifest()).sheep[0];
  const genome = await (await fetch(`${url()}/sheep/${sheep.id}/genome.flam3`)).text();
  await page.goto(`${url()}/submit`);
  const form = page.getByTestId("upload-form");
  await form.locator('input[type="file"]').setInputFiles({
    name: "mine.flam3",
    mimeType: "text/xml",
    buffer: Buffer.from(genome.replace(/brightness="[^"]*"/, 'brightness="5"')),
  });
  await form.locator('input[name="artist"]').fill("Ada");
  await form.locator('input[name="consent"]').check();
  await form.locator('button[type="submit"]').click();
  await expect(page).toHaveURL(/\/entries\//);
});

test("the status page tells what the grid is doing", async ({ page }) => {
  keepHome(page);
  await page.goto(`${url()}/status`);
  await expect(page.locator("main")).toContainText("Ada");
});
