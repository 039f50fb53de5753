// Starts a coordinator with two starter sheep and a worker, waits until both sheep are published,
// and ends everything afterwards. Real programs, a real database; everything on loopback.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 240_000;

const recipe = {
  recipe_version: 1,
  width: 320,
  height: 180,
  fps: 30,
  loop_frames: 24,
  edge_frames: 24,
  segment_frames: 12,
  quality: 15,
  temporal_samples: 2,
  temporal_filter: "box",
  temporal_filter_width: 1,
  encoder: { name: "rav1e", version: "0.8.1", speed: 10, quantizer: 80, bit_depth: 10 },
};

function program(name: string): string {
  const folder = process.env.WOOLGATHER_BIN ?? "../../target/debug";
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new Error(`${path} is not built: cargo build --workspace --bins`);
  }
  return path;
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const start = Date.now();
  while (Date.now() - start < PATIENCE_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
}

export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "woolgather-web-"));
  const log = openSync(join(folder, "programs.log"), "a");
  const start = (name: string, args: string[]): ChildProcess =>
    spawn(program(name), args, { stdio: ["ignore", log, log] });
  const recipeFile = join(folder, "recipe.json");
  writeFileSync(recipeFile, JSON.stringify(recipe));

  const data = join(folder, "coordinator");
  const coordinator = start("woolgather-coordinator", [
    "serve", "--data", data, "--listen", "127.0.0.1:0", "--origin-listen", "127.0.0.1:0",
    "--recipe", recipeFile, "--starter-sheep", "2", "--name", "Test flock",
  ]);
  const url = await until("the coordinator's address", async () => {
    if (coordinator.exitCode !== null) {
      throw new Error(readFileSync(join(folder, "programs.log"), "utf8"));
    }
    const file = join(data, "listen.txt");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text.endsWith("\n") ? text.trim().replace(/\/$/, "") : undefined;
  });
  const worker = start("woolgather", [
    "work", "--coordinator", url, "--name", "Ada", "--data", join(folder, "ada"),
  ]);
  await until("two published sheep", async () => {
    const manifest = JSON.parse((await (await fetch(`${url}/api/v1/manifest`)).json()).document);
    return manifest.sheep.length >= 2 ? true : undefined;
  });
  process.env.WOOLGATHER_URL = url;
  process.env.WOOLGATHER_COORDINATOR_FOLDER = data;

  return async () => {
    for (const child of [worker, coordinator]) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
}
