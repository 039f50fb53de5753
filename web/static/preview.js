// @ts-check
/**
 * Live preview: the flock's own shaders draw a flame in this browser, on its graphics card.
 *
 * A `[data-preview]` element holds a still and the address of what the flame is drawn from. A button
 * lays a canvas over the still; without WebGPU there is no button and the still stays. The flame
 * turns as its loop will; where motion is off, the still is drawn again, sample by sample.
 */

/** What of the picture before stays in the next one. */
const KEEP = 0.86;
/** A step is to take so long. */
const PACE_MS = 30;
const SQUARE = 8;

/** @typedef {{ tasks: string, numbers: string, integers: string }} Game */
/** @typedef {any} Gpu */

/** @type {Promise<Gpu> | undefined} */
let opened;

/** @returns {Promise<Gpu>} */
function device() {
  const gpu = /** @type {any} */ (navigator).gpu;
  opened ??= gpu.requestAdapter().then((/** @type {Gpu} */ adapter) => adapter.requestDevice());
  return /** @type {Promise<Gpu>} */ (opened);
}

/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const moving = () => document.documentElement.classList.contains("moving-on");
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/**
 * A flame on a canvas.
 * @param {Gpu} gpu
 * @param {any} flame
 * @param {HTMLCanvasElement} canvas
 */
async function easel(gpu, flame, canvas) {
  const usage = { uniform: 0x40 | 0x8, storage: 0x80 | 0x8 };
  /** @param {Uint8Array | number} content @param {number} use */
  const buffer = (content, use = usage.storage) => {
    const size = typeof content === "number" ? content : content.length;
    const made = gpu.createBuffer({ size: Math.max(16, Math.ceil(size / 16) * 16), usage: use });
    if (typeof content !== "number" && size) gpu.queue.writeBuffer(made, 0, content);
    return made;
  };
  const kinds = { u: "uniform", r: "read-only-storage", w: "storage" };
  /** @param {string} slots @param {number} visibility */
  const layoutOf = (slots, visibility) => gpu.createBindGroupLayout({
    entries: [...slots.matchAll(/(\d+)([urw])/g)].map(([, binding, kind]) => ({
      binding: Number(binding), visibility, buffer: { type: /** @type {any} */ (kinds)[kind] },
    })),
  });
  /** @param {Gpu} layout @param {string} slots @param {Gpu[]} buffers */
  const group = (layout, slots, buffers) => gpu.createBindGroup({
    layout,
    entries: [...slots.matchAll(/(\d+)[urw]/g)].map(([, binding], place) => ({
      binding: Number(binding), resource: { buffer: buffers[place] },
    })),
  });
  /** @param {string} code @param {string} entryPoint @param {string} slots */
  const stage = async (code, entryPoint, slots) => {
    const layout = layoutOf(slots, 4);
    const pipeline = await gpu.createComputePipelineAsync({
      layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: gpu.createShaderModule({ code }), entryPoint },
    });
    /** @param {Gpu[]} buffers */
    return (buffers) => {
      const bound = group(layout, slots, buffers);
      /** @param {Gpu} encoder @param {number} wide @param {number} high */
      return (encoder, wide, high) => {
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bound);
        pass.dispatchWorkgroups(wide, high);
        pass.end();
      };
    };
  };

  const [width, height] = flame.size;
  const [wide, high] = flame.bins;
  const bins = wide * high;
  const { texts } = flame;
  const canvasFormat = /** @type {any} */ (navigator).gpu.getPreferredCanvasFormat();
  const context = /** @type {any} */ (canvas.getContext("webgpu"));
  canvas.width = width;
  canvas.height = height;
  context.configure({ device: gpu, format: canvasFormat, alphaMode: "opaque" });

  const frame = buffer(16, usage.uniform);
  const band = buffer(256, usage.uniform);
  const numbers = bytes(flame.develop);
  const k2 = new DataView(numbers.buffer).getFloat32(flame.k2, true);
  const develop = buffer(numbers, usage.uniform);
  const low = buffer(bins * 16);
  const summed = buffer(bins * 16);
  const counts = flame.counted ? buffer(bins * 8) : low;
  const plane = buffer(bins * 16);
  const pixels = buffer(width * height * 8);
  const palette = buffer(bytes(flame.palette));
  const kernels = buffer(bytes(flame.kernels));
  const filter = buffer(bytes(flame.filter));

  const play = await stage(texts.iterate, "iterate", `0u1r2r3r4r5w6w${flame.counted ? "7w" : ""}`);
  const fadeBy = buffer(16, usage.uniform);
  const fadeCountsBy = buffer(16, usage.uniform);
  const fade = (await stage(texts.fade, "fade", "0u1w2w"))([fadeBy, low, summed]);
  const fadeCounts = flame.counted
    ? (await stage(texts.fade, "fade_pairs", "0u1w2w"))([fadeCountsBy, counts, summed]) : null;
  /** @type {((encoder: Gpu, wide: number, high: number) => void)[]} */
  let logarithm;
  if (flame.spread) {
    const source = buffer(bins * 16);
    const choices = buffer(bins * 4);
    const blocks = buffer(Math.ceil(wide / SQUARE) * Math.ceil(high / SQUARE) * 4);
    const prepare = await stage(texts.density, "prepare", "0u1u2r3r4r5r6r7w8w9w");
    const collect = await stage(texts.density, "collect", "0u1u6r7w8w9w10r11w");
    logarithm = [
      prepare([develop, band, low, summed, counts, buffer(bytes(flame.thresholds)), kernels, source, choices, blocks]),
      collect([develop, band, kernels, source, choices, blocks, buffer(bytes(flame.weights)), plane]),
    ];
  } else {
    logarithm = [(await stage(texts.density, "log_only", "0u1u2r3r11w"))([develop, band, low, summed, plane])];
  }
  if (flame.clip) logarithm.push((await stage(texts.filter, "clip_bins", "0u1u2w"))([develop, band, plane]));
  const toPixels = (await stage(texts.filter, "filter_pixels", "0u1u2w3r4w"))([develop, band, plane, filter, pixels]);

  const screenSlots = "0u1r";
  const screenLayout = layoutOf(screenSlots, 2);
  const module = gpu.createShaderModule({ code: texts.screen });
  const screen = await gpu.createRenderPipelineAsync({
    layout: gpu.createPipelineLayout({ bindGroupLayouts: [screenLayout] }),
    vertex: { module, entryPoint: "full_screen" },
    fragment: { module, entryPoint: "pixels_to_screen", targets: [{ format: canvasFormat }], constants: { exact: 1 } },
  });
  const place = new ArrayBuffer(32);
  new Float32Array(place).set([1, 1, 0, 0, width, height]);
  new Int32Array(place).set([width, height], 6);
  const shown = group(screenLayout, screenSlots, [buffer(new Uint8Array(place), usage.uniform), pixels]);

  /** @param {Game} game */
  const prepared = (game) => {
    const tasks = bytes(game.tasks);
    const buffers = [frame, buffer(tasks), buffer(bytes(game.numbers)), buffer(bytes(game.integers)), palette, low, summed];
    if (flame.counted) buffers.push(counts);
    return { slabs: tasks.length / 16, run: play(buffers) };
  };

  /**
   * Plays slabs of a game onto what is kept of the histogram, and shows it.
   * @param {ReturnType<typeof prepared>} game
   * @param {number} first @param {number} slabs
   * @param {number} keep 0 forgets everything, 1 nothing
   * @param {number} samples that the histogram holds afterwards
   */
  const step = (game, first, slabs, keep, samples) => {
    gpu.queue.writeBuffer(frame, 0, new Uint32Array([first, wide, high, 0]));
    gpu.queue.writeBuffer(develop, flame.k2, new Float32Array([(k2 * flame.samples) / samples]));
    const encoder = gpu.createCommandEncoder();
    if (keep === 0) {
      for (const sums of new Set([low, summed, counts])) encoder.clearBuffer(sums);
    } else if (keep < 1) {
      const part = Math.floor(keep * 65536);
      gpu.queue.writeBuffer(fadeBy, 0, new Uint32Array([4 * bins, part, 1024 * 256, 0]));
      gpu.queue.writeBuffer(fadeCountsBy, 0, new Uint32Array([bins, part, 1024 * 256, 0]));
      fade(encoder, 1024, 1);
      fadeCounts?.(encoder, 1024, 1);
    }
    game.run(encoder, slabs, 1);
    encoder.clearBuffer(plane);
    for (const run of logarithm) run(encoder, Math.ceil(wide / SQUARE), Math.ceil(high / SQUARE));
    toPixels(encoder, Math.ceil(width / SQUARE), Math.ceil(height / SQUARE));
    const view = context.getCurrentTexture().createView();
    const pass = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: "clear", storeOp: "store" }] });
    pass.setPipeline(screen);
    pass.setBindGroup(0, shown);
    pass.draw(3);
    pass.end();
    gpu.queue.submit([encoder.finish()]);
    return gpu.queue.onSubmittedWorkDone();
  };
  return { step, still: prepared(flame.still), turns: flame.loop.map(prepared) };
}

/**
 * Draws until `wanted` says no.
 * @param {any} flame
 * @param {HTMLCanvasElement} canvas
 * @param {() => boolean} wanted
 * @param {(state: string) => void} tell
 */
async function draw(flame, canvas, wanted, tell) {
  const gpu = await device();
  const { step, still, turns } = await easel(gpu, flame, canvas);
  let held = 0;
  let at = 0;
  let slabs = 8;
  let turned = false;
  while (wanted()) {
    await nextFrame();
    const turning = moving() && turns.length > 0;
    if (turning !== turned) [held, at, turned] = [0, 0, turning];
    if (turning) {
      held = held * KEEP + flame.loop_samples;
      const game = turns[at % turns.length];
      await step(game, 0, game.slabs, held > flame.loop_samples ? KEEP : 0, held);
      at += 1;
      tell("turning");
    } else if (at < still.slabs) {
      const now = Math.min(slabs, still.slabs - at);
      const start = performance.now();
      await step(still, at, now, at === 0 ? 0 : 1, (flame.samples * (at + now)) / still.slabs);
      at += now;
      slabs = Math.max(1, Math.min(256, Math.round((slabs * PACE_MS) / Math.max(1, performance.now() - start))));
      tell(at < still.slabs ? "drawing" : "drawn");
    }
  }
}

/** @param {HTMLElement} holder */
function offer(holder) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "live__badge";
  button.textContent = "Show it live";
  /** @type {HTMLCanvasElement | null} */
  let canvas = null;
  const stop = (/** @type {string} */ words) => {
    canvas?.remove();
    canvas = null;
    button.textContent = words;
    button.classList.remove("live__badge--on");
    delete holder.dataset.live;
  };
  button.addEventListener("click", async () => {
    if (canvas) return stop("Show it live");
    const mine = document.createElement("canvas");
    canvas = mine;
    mine.className = "live";
    mine.setAttribute("role", "img");
    mine.setAttribute("aria-label", `${holder.querySelector("img")?.alt ?? "The flame"}, live`);
    button.textContent = "Waking it up";
    try {
      const reply = await fetch(holder.dataset.preview ?? "");
      if (!reply.ok) throw new Error(String(reply.status));
      const flame = await reply.json();
      await draw(flame, mine, () => canvas === mine, (state) => {
        if (canvas !== mine) return;
        if (!mine.isConnected) button.before(mine);
        holder.dataset.live = state;
        button.textContent = "Live";
        button.classList.add("live__badge--on");
      });
    } catch {
      if (canvas === mine) stop("It cannot be shown live here");
    }
  });
  holder.append(button);
  return button;
}

if ("gpu" in navigator) {
  const holders = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-preview]"));
  for (const holder of holders) offer(holder);
}

export {};
