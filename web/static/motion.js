// @ts-check
/**
 * Motion: posters come alive while they can be seen, and everything can be stilled.
 *
 * A `[data-clip]` element holds a poster; while it is on the screen a muted, looping video lies
 * over it. `video[data-moving]` elements are already in the page and are only paused and resumed;
 * a video that the visitor paused stays paused.
 * Motion is off when the visitor pressed the button, asks the system for less motion or saves data.
 */

const KEY = "woolgather.motion";
/** At most four move at a time, whatever moves in the page already; software decoders manage a few clips per core. */
const PLAYING_MAX = Math.max(2, Math.min(4, navigator.hardwareConcurrency || 2));

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const button = /** @type {HTMLButtonElement | null} */ (document.getElementById("motion"));
/** What is on the screen; the one that came or was pointed at last is last. @type {Set<Element>} */
const visible = new Set();
/** Videos that this script paused, and so may resume. @type {WeakSet<HTMLVideoElement>} */
const stilled = new WeakSet();

/** @returns {string | null} */
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** What the visitor chose here, or else what they ask of every page. */
function wanted() {
  const chosen = remembered();
  return chosen === null
    ? !calm.matches && !(/** @type {any} */ (navigator).connection?.saveData)
    : chosen === "on";
}

let moving = wanted();

/** @param {HTMLElement} holder */
function mount(holder) {
  if (holder.querySelector("video")) return;
  const poster = holder.querySelector("img");
  const video = document.createElement("video");
  video.muted = video.loop = video.playsInline = true;
  video.tabIndex = -1;
  video.setAttribute("aria-hidden", "true");
  video.dataset.testid = "clip-video";
  video.width = 1280;
  video.height = 720;
  if (poster) video.poster = poster.currentSrc || poster.src;
  video.src = holder.dataset.clip ?? "";
  holder.append(video);
  video.play().catch(() => video.remove());
}

/** @param {HTMLElement} holder */
function unmount(holder) {
  const video = holder.querySelector("video");
  if (!video) return;
  video.removeAttribute("src");
  video.load(); // lets the browser drop the connection
  video.remove();
}

/**
 * @param {HTMLVideoElement} video
 * @param {boolean} play
 */
function steer(video, play) {
  if (!play) {
    if (video.paused && video.played.length > 0) return; // the visitor's own pause
    video.autoplay = false;
    video.pause();
    stilled.add(video);
  } else if (stilled.delete(video)) {
    video.play().catch(() => {});
  }
}

function update() {
  const holders = /** @type {HTMLElement[]} */ ([...visible].filter((element) => element.matches("[data-clip]")));
  const places = Math.max(0, PLAYING_MAX - [...videos].filter((video) => visible.has(video)).length);
  const playing = new Set(moving && places > 0 ? holders.slice(-places) : []);
  for (const holder of holders) (playing.has(holder) ? mount : unmount)(holder);
  for (const video of videos) steer(video, moving && visible.has(video));
}

function announce() {
  document.documentElement.classList.toggle("moving-on", moving);
  if (!button) return;
  button.hidden = !document.querySelector("[data-clip], video[data-moving]");
  button.setAttribute("aria-pressed", String(!moving));
}

const videos = /** @type {NodeListOf<HTMLVideoElement>} */ (document.querySelectorAll("video[data-moving]"));
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    visible.delete(target);
    if (isIntersecting) visible.add(target);
    else if (target.matches("[data-clip]")) unmount(/** @type {HTMLElement} */ (target));
  }
  update();
}, { threshold: 0.4 });

for (const video of videos) watcher.observe(video);
for (const holder of document.querySelectorAll("[data-clip]")) {
  watcher.observe(holder);
  // What is pointed at plays, even when others have taken all the places.
  for (const event of ["pointerenter", "focusin"]) {
    (holder.closest("a") ?? holder).addEventListener(event, () => {
      if (!visible.delete(holder)) return;
      visible.add(holder);
      update();
    });
  }
}

button?.addEventListener("click", () => {
  moving = !moving;
  try {
    localStorage.setItem(KEY, moving ? "on" : "off");
  } catch {
    // Without storage the choice lasts for this page.
  }
  announce();
  update();
});
// Who asks the system for less motion while the page is open gets it at once.
calm.addEventListener("change", () => {
  moving = wanted();
  announce();
  update();
});
announce();
if (!moving) update();

export {};
