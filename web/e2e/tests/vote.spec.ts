// The vote page by keyboard and by touch: at once, and a slip of the finger can be taken back.
import { type Page, expect, test } from "@playwright/test";

import { keepHome, url } from "../pages";

const ballot = (page: Page) => page.locator('#vote input[name="ballot"]').inputValue();
const votes = async (page: Page) => Number(await page.getByTestId("vote-count").textContent());

/** The page with its next pair held. */
async function open(page: Page): Promise<void> {
  const held = page.waitForResponse((response) => response.url().includes("/vote/next"));
  await page.goto(`${url()}/vote`);
  await held;
}

test("arrow keys vote, and the next pair is there before the answer is", async ({ page }) => {
  keepHome(page);
  await open(page);
  let answered = 0;
  let wait = Promise.resolve();
  await page.route("**/vote", async (route) => {
    await wait;
    await route.continue();
  });
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowDown"]) {
    const shown = await ballot(page);
    let release = () => {};
    wait = new Promise<void>((done) => { release = done; });
    await page.keyboard.press(key);
    await expect.poll(() => ballot(page), `${key}: another pair`).not.toBe(shown);
    expect(await votes(page), "not counted yet").toBe(answered);
    release();
    answered += 1;
    await expect(page.getByTestId("vote-count")).toHaveText(String(answered));
  }
});

test("Z takes the last vote back and shows its pair again", async ({ page }) => {
  await open(page);
  const title = page.getByTestId("vote-left").locator("b");
  await expect(page.getByTestId("vote-undo")).toBeHidden();
  const first = await title.textContent();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("vote-count")).toHaveText("1");
  await page.keyboard.press("z");
  await expect(page.getByTestId("vote-count")).toHaveText("0");
  await expect(page.getByTestId("vote-status")).toContainText("Taken back");
  await expect(title).toHaveText(first!);
  await page.keyboard.press("z");
  await expect(page.getByTestId("vote-status")).toContainText("nothing to take back");
});

test("space stops the motion, F fills the screen", async ({ page }) => {
  await open(page);
  const motion = page.locator("#motion");
  await expect(motion).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press(" ");
  await expect(motion).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("f");
  await expect.poll(() => page.evaluate(() => document.fullscreenElement?.id)).toBe("vote");
  await page.keyboard.press("f");
  await expect.poll(() => page.evaluate(() => document.fullscreenElement)).toBeNull();
});

test("a vote that the server never got is asked again", async ({ page }) => {
  await open(page);
  const shown = await ballot(page);
  await page.route("**/vote", (route) => route.abort());
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("vote-status")).toContainText("was not counted");
  await expect.poll(() => ballot(page)).toBe(shown);
  await page.unroute("**/vote");
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("vote-count")).toHaveText("1");
});

test("who throws a pair away is asked about the same", async ({ page }) => {
  await open(page);
  const titles = () => page.locator(".choice b").allTextContents();
  const first = await titles();
  for (let time = 0; time < 3; time += 1) {
    await page.reload();
    expect(await titles()).toEqual(first);
  }
});

test("a thumb votes on a phone", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await open(page);
  for (const side of ["vote-left", "vote-right", "vote-same"]) {
    const box = (await page.getByTestId(side).boundingBox())!;
    expect(box.height, side).toBeGreaterThanOrEqual(44);
  }
  await expect(page.getByTestId("vote-right").locator("kbd")).toBeHidden();
  await page.getByTestId("vote-right").tap();
  await expect(page.getByTestId("vote-count")).toHaveText("1");
  await context.close();
});

test("a vote is taken back without scripts too", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${url()}/vote`);
  await page.getByTestId("vote-left").click();
  await expect(page.getByTestId("vote-count")).toHaveText("1");
  await page.getByTestId("vote-undo").click();
  await expect(page.getByTestId("vote-count")).toHaveText("0");
  await expect(page.getByTestId("vote-status")).toContainText("Taken back");
  await context.close();
});
