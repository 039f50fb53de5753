// Everybody can use every page: axe-core finds nothing, at every size, in either colour scheme, without scripts.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

import { embedded, everyPage, url } from "../pages";

const SIZES = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  // What a window of 1280 pixels is at 200 % zoom.
  zoomed: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
};

for (const [size, options] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test(`axe finds nothing, and nothing is wider than the window (${size})`, async ({ browser }) => {
      test.setTimeout(180_000);
      for (const colorScheme of size === "desktop" ? (["dark", "light"] as const) : (["dark"] as const)) {
        const context = await browser.newContext({ ...options, colorScheme });
        const page = await context.newPage();
        for (const path of [...(await everyPage()), await embedded()]) {
          await page.goto(url() + path);
          const found = await new AxeBuilder({ page }).analyze();
          const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
          expect(told, `${path} in ${colorScheme}`).toEqual([]);
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(wider, `${path}: pixels to scroll sideways`).toBeLessThanOrEqual(0);
        }
        await context.close();
      }
    });
  });
}

test("every page says the same without scripts", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  for (const path of await everyPage()) {
    await page.goto(url() + path);
    await expect(page.getByRole("heading", { level: 1 }), path).toHaveCount(1);
    await expect(page.getByRole("navigation", { name: "Main" }), path).toBeVisible();
  }
  await context.close();
});

test("the tab key goes past the navigation and shows where it is", async ({ page }) => {
  for (const path of await everyPage()) {
    await page.goto(url() + path);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await expect(skip, path).toBeFocused();
    await expect(skip, path).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("main"), path).toBeFocused();
  }
});

test("who asks for less motion gets none, also when they change their mind", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(url());
  await page.waitForTimeout(500);
  const playing = () => page.evaluate(() => [...document.querySelectorAll("video")].filter((video) => !video.paused).length);
  expect(await playing()).toBe(0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await expect.poll(playing).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(playing).toBe(0);
});
