// A person's whole stay: account, passkey, token, export, and gone. A coordinator of its own, because passkeys belong to a
// name (localhost) and not to a number.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type Page, expect, test } from "@playwright/test";

let coordinator: ChildProcess;
let folder: string;
let url: string;

function program(name: string): string {
  return join(process.env.WOOLGATHER_BIN ?? "../../target/debug", name);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "woolgather-people-"));
  const port = await freePort();
  url = `http://localhost:${port}`;
  coordinator = spawn(program("woolgather-coordinator"), [
    "serve", "--data", folder, "--listen", `127.0.0.1:${port}`, "--origin-listen", "127.0.0.1:0",
    "--starter-sheep", "1", "--name", "People", "--public-url", url,
  ], { stdio: "ignore" });
  await expect.poll(() => existsSync(join(folder, "listen.txt")), { timeout: 30_000 }).toBeTruthy();
});

test.afterAll(() => {
  coordinator.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A phone's or a computer's own authenticator, whose person says yes at once. */
async function authenticator(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

async function makeAccount(page: Page, handle: string): Promise<void> {
  await page.goto(`${url}/account`);
  await page.getByLabel("Choose a handle").fill(handle);
  await page.getByRole("button", { name: "Make an account" }).click();
  await expect(page.getByTestId("done")).toContainText("Welcome.");
}

test("account, passkey, out, in again, token, export, gone", async ({ context, page }) => {
  page.on("request", (request) => {
    expect(request.url().startsWith(url) || request.url().startsWith("data:"), request.url()).toBeTruthy();
  });
  await authenticator(context, page);
  await makeAccount(page, "ada");

  await page.getByLabel("Name it").fill("My phone");
  await page.getByTestId("add-passkey").click();
  await expect(page.getByTestId("done")).toContainText("The passkey is added.");
  await expect(page.getByTestId("passkey")).toContainText("My phone");

  await page.getByTestId("sign-out").click();
  await page.goto(`${url}/account`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Come in");
  await page.getByTestId("use-passkey").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("ada");
  await expect(page.getByTestId("passkey")).toContainText("used just now");

  await page.getByLabel("What is it for?").fill("Script");
  await page.getByLabel("read my credit and units").check();
  await page.getByRole("button", { name: "Make a token" }).click();
  const token = await page.getByTestId("token").innerText();
  const own = await page.request.get(`${url}/api/v1/account`, { headers: { authorization: `Bearer ${token}` } });
  expect((await own.json()).person.handle).toBe("ada");

  await page.goto(`${url}/account`);
  const downloading = page.waitForEvent("download");
  await page.getByTestId("export").click();
  const held = JSON.parse(readFileSync((await (await downloading).path())!, "utf8"));
  expect(held.account.handle).toBe("ada");
  expect(held.passkeys[0].name).toBe("My phone");

  await page.getByText("Delete this account").click();
  await page.getByLabel(/Type your handle/).fill("ada");
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page).toHaveURL(`${url}/`);
  await page.goto(`${url}/signin`);
  await page.getByTestId("use-passkey").click();
  await expect(page.getByTestId("passkey-said")).toContainText("not known here");
});

test("without JavaScript: account, codes, in again, and the page says why there are no passkeys", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await makeAccount(page, "bo");
  await expect(page.getByText("with scripts on").first()).toBeVisible();
  await page.getByTestId("renew-codes").click();
  const code = await page.locator(".codes code").first().innerText();
  await page.goto(`${url}/account`);
  await page.getByTestId("sign-out").click();
  await page.goto(`${url}/account`);
  await page.getByLabel("A code").fill(code);
  await page.getByRole("button", { name: "Sign in with the code" }).click();
  await expect(page.getByTestId("codes-left")).toHaveText("9 codes left.");
  await page.getByLabel("I want to be found", { exact: false }).check();
  await page.getByLabel("Tags").fill("Deep Sea, gold");
  await page.getByRole("button", { name: "Save" }).click();
  await page.goto(`${url}/people/bo`);
  await expect(page.getByText("deep-sea")).toBeVisible();
  await context.close();
});

test("a screensaver is linked by its command, and lets its person in", async ({ page }) => {
  const link = (...args: string[]) => {
    const all = ["--data", join(folder, "device"), "link", "--coordinator", url, "--json", ...args];
    return JSON.parse(execFileSync(program("woolgather"), all, { encoding: "utf8" }));
  };
  await makeAccount(page, "cy");
  const { page: offered } = link();
  await page.goto(offered);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Link a screensaver");
  await page.getByRole("button", { name: "Yes, it is mine" }).click();
  await expect(page.getByTestId("done")).toContainText("The screensaver is yours now.");
  expect(link("--show").person).toBe("cy");

  const { code } = link("--sign-in");
  await page.getByTestId("sign-out").click();
  await page.goto(`${url}/signin`);
  await page.getByLabel("A code").fill(code.toUpperCase());
  await page.getByRole("button", { name: "Sign in with the code" }).click();
  await expect(page.getByTestId("device")).toHaveCount(1);

  expect(link("--remove").person).toBe(null);
  await page.getByTestId("screensaver-code").click();
  const shown = await page.getByTestId("link-code").innerText();
  expect(link(shown).person).toBe("cy");
});

for (const width of [1280, 360]) {
  test(`no page of people is wider than ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await makeAccount(page, `wide-${width}`);
    for (const path of ["/account", "/link", "/people", "/people/machines", "/teams", `/people/wide-${width}`]) {
      await page.goto(url + path);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider, path).toBeLessThanOrEqual(0);
    }
  });
}
