// What an artist does: look at a file, offer it, see it born; branch a sheep; see a flame live.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type Page, chromium, expect, test } from "@playwright/test";

const url = () => process.env.WOOLGATHER_URL!;
const bin = (name: string) => join(process.env.WOOLGATHER_BIN ?? "../../target/debug", name);

async function sheep(): Promise<any> {
  const signed = await (await fetch(`${url()}/api/v1/manifest`)).json();
  return JSON.parse(signed.document).sheep;
}

/** A genome that nobody has offered yet. */
async function fresh(brightness: number): Promise<string> {
  const [first] = await sheep();
  const genome = await (await fetch(`${url()}/sheep/${first.id}/genome.flam3`)).text();
  return genome.replace(/brightness="[^"]*"/, `brightness="${brightness}"`);
}

function file(genome: string, name = "mine.flam3") {
  return { name, mimeType: "text/xml", buffer: Buffer.from(genome) };
}

/** Chooses a file and gets to its review. */
async function look(page: Page, genome: string): Promise<void> {
  await page.goto(`${url()}/submit`);
  await page.getByLabel("Genome file").setInputFiles(file(genome));
  await page.getByLabel("Artist").fill("Ada");
  await page.getByRole("button", { name: "Look at it" }).click();
  await expect(page).toHaveURL(/\/submit\/review\//);
}

test("a flame is looked at, offered, accepted, rendered by a worker and lives in the gallery", async ({ page }) => {
  test.setTimeout(240_000);
  await look(page, (await fresh(3)).replace(/ linear="/, ' hexes="0.3" linear="'));
  await expect(page.getByTestId("flame")).toHaveCount(1);
  const still = page.getByTestId("flame").locator("img");
  await expect.poll(() => still.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  await page.getByLabel("Title").fill("From the harbour");
  await page.getByLabel("Tags").fill("harbour, Deep Sea");
  await page.getByLabel(/CC BY 4.0/).check();
  await page.getByLabel(/I made this flame/).check();
  await page.getByRole("button", { name: "Offer it to the flock" }).click();
  await expect(page).toHaveURL(/\/entries\//);
  const entry = page.url().split("/").pop()!;
  await expect(page.getByTestId("entry-state")).toContainText("Waiting for a person", { timeout: 60_000 });
  await expect(page.getByTestId("entry-place")).toContainText(/of \d+ that wait/);
  await expect(page.getByTestId("entry-tags")).toHaveText("harbour, deep-sea");
  execFileSync(bin("woolgather-coordinator"), ["entry", "accept", entry, "--data", process.env.WOOLGATHER_COORDINATOR_FOLDER!]);
  await expect(page.getByTestId("entry-state")).toContainText("Born", { timeout: 20_000 });
  await expect.poll(async () => (await sheep()).map((one: any) => one.title), { timeout: 150_000 }).toContain("From the harbour");
  const born = (await sheep()).find((one: any) => one.title === "From the harbour");
  expect(born.licence).toBe("CC-BY-4.0");
  await page.getByRole("link", { name: "Meet your sheep" }).click();
  await expect(page.getByTestId("clip-video")).toBeVisible();
  await page.goto(`${url()}/gallery`);
  await expect(page.locator("main")).toContainText("From the harbour");
});

test("offering needs no JavaScript, and a poor file says what is lost", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  const two = `<flames>${await fresh(4.1)}${(await fresh(4.2)).replace(/<xform /, '<xform hexes="0.4" ')}</flames>`;
  await look(page, two.replaceAll(/<\?xml[^>]*>/g, ""));
  await expect(page.getByTestId("flame")).toHaveCount(2);
  await expect(page.getByTestId("summary").first()).toHaveText("Everything is kept.");
  await expect(page.getByTestId("flame").nth(1)).toContainText("hexes");
  await expect(page.getByTestId("flame").nth(1)).toContainText("Dropped");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.getByLabel(/I made these flames/).check();
  await page.getByRole("button", { name: /Offer/ }).click();
  await expect(page.getByTestId("problem")).toContainText("Choose at least one");
  for (const box of await page.getByLabel("Offer this flame").all()) await box.check();
  await page.getByRole("button", { name: /Offer/ }).click();
  await expect(page).toHaveURL(/\/entries$/);
  await expect(page.getByTestId("own-entry")).toHaveCount(2);
  await page.getByTestId("own-entry").first().getByRole("link").click();
  await page.getByTestId("withdraw").click();
  await expect(page.getByTestId("entry-state")).toContainText("Withdrawn");
  await context.close();
});

test("the whole way is there for the keyboard", async ({ page }) => {
  await look(page, await fresh(4.3));
  await page.getByLabel("Offer this flame").focus();
  const reached = new Set<string>();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => {
      const at = document.activeElement;
      return at?.id || at?.tagName.toLowerCase() || "";
    }));
  }
  for (const id of ["title-0", "summary", "artist", "tags", "consent"]) expect([...reached]).toContain(id);
});

test("a dropped file is looked at at once", async ({ page }) => {
  await page.goto(`${url()}/submit`);
  await page.getByLabel("Artist").fill("Ada");
  const text = await fresh(4.4);
  const dropped = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], "dropped.flame", { type: "text/xml" }));
    return transfer;
  }, text);
  await page.dispatchEvent("body", "drop", { dataTransfer: dropped });
  await expect(page).toHaveURL(/\/submit\/review\//);
});

test("a sheep is branched by picking one of its mutants", async ({ page }) => {
  test.setTimeout(120_000);
  const [first] = await sheep();
  await page.goto(`${url()}/submit?parent=${first.id}`);
  await expect(page.getByTestId("parent-genome")).toHaveAttribute("href", `/sheep/${first.id}/genome.flam3`);
  await expect(page.getByTestId("mutant")).toHaveCount(6);
  const still = page.getByTestId("mutant").first().locator("img");
  await still.scrollIntoViewIfNeeded();
  await expect.poll(() => still.evaluate((image: HTMLImageElement) => image.naturalWidth), { timeout: 60_000 }).toBeGreaterThan(100);
  await page.getByTestId("mutant").first().click();
  await expect(page.locator("main")).toContainText(`A branch of ${first.title}`);
  await page.getByLabel("Artist").fill("Ada");
  await page.getByLabel(/I made this flame/).check();
  await page.getByRole("button", { name: "Offer it to the flock" }).click();
  await expect(page.locator(".byline")).toContainText(`a branch of ${first.title}`);
});

test.describe("live", () => {
  let browser: Browser;
  test.beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-quic", "--no-first-run", "--enable-unsafe-webgpu",
        "--enable-features=Vulkan", "--use-vulkan=swiftshader", "--use-angle=swiftshader",
      ],
    });
  });
  test.afterAll(() => browser.close());

  test("the browser draws the picture that the server draws", async () => {
    const folder = mkdtempSync(join(tmpdir(), "woolgather-live-"));
    const page = await browser.newPage({ reducedMotion: "reduce" });
    const faults: string[] = [];
    page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
    for (const [number, one] of (await sheep()).slice(0, 2).entries()) {
      const genome = await (await fetch(`${url()}/sheep/${one.id}/genome.flam3`)).text();
      await look(page, genome);
      const holder = page.locator("[data-preview]");
      const before = await holder.boundingBox();
      await page.getByRole("button", { name: "Show it live" }).click();
      await expect(holder).toHaveAttribute("data-live", "drawn", { timeout: 60_000 });
      await expect(page.getByRole("button", { name: "Live" })).toBeVisible();
      expect(await holder.boundingBox()).toEqual(before);
      const canvas = page.locator("canvas");
      const [width, height, png] = await canvas.evaluate((element: HTMLCanvasElement) =>
        [element.width, element.height, element.toDataURL("image/png")] as [number, number, string]);
      const names = ["live.png", "server.png", "genome.flam3"].map((name) => join(folder, `${number}-${name}`));
      writeFileSync(names[0], Buffer.from(png.split(",")[1], "base64"));
      writeFileSync(names[2], genome);
      execFileSync(bin("woolgather"), [
        "render", names[2], "--size", `${width}x${height}`, "--quality", "15", "--rng-seed", "0",
        "--backend", "cpu", "-o", names[1],
      ]);
      const judged = JSON.parse(execFileSync(bin("woolgather"), ["compare", names[0], names[1], "--json"]).toString());
      console.log(`${one.title}: ${JSON.stringify(judged)}`);
      expect(judged.same).toBe(true);
    }
    expect(faults).toEqual([]);
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("it turns, and stands still where motion is off", async () => {
    const page = await browser.newPage({ reducedMotion: "no-preference" });
    await look(page, await fresh(4.5));
    await page.getByRole("button", { name: "Show it live" }).click();
    const holder = page.locator("[data-preview]");
    await expect(holder).toHaveAttribute("data-live", "turning", { timeout: 60_000 });
    const shot = () => page.locator("canvas").evaluate((element: HTMLCanvasElement) => element.toDataURL());
    const first = await shot();
    await expect.poll(shot, { timeout: 20_000 }).not.toBe(first);
    await page.getByRole("button", { name: "Live" }).click();
    await expect(page.locator("canvas")).toHaveCount(0);
    await expect(holder.locator("img")).toBeVisible();
    await page.close();
  });
});

test("without WebGPU the still stays, and nothing is offered live", async ({ page }) => {
  await page.addInitScript(() => { Object.defineProperty(Navigator.prototype, "gpu", { get: () => undefined, configurable: true }); delete (Navigator.prototype as any).gpu; });
  await look(page, await fresh(4.6));
  await expect(page.getByTestId("flame").locator("img")).toBeVisible();
  await expect(page.getByRole("button", { name: "Show it live" })).toHaveCount(0);
});
