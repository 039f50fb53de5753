// @ts-check
/**
 * Voting without waiting: arrow keys, and the next pair in place of a new page.
 *
 * The page's form works by itself. This script sends the same fields, asks for JSON, and shows the
 * pair that comes back; anything it does not understand it leaves to the form.
 *
 * @typedef {{ id: string, title: string, artist: string, poster: string, video: string | null }} Sheep
 * @typedef {{ ballot: string, left: Sheep, right: Sheep }} Pair
 * @typedef {{ next: Pair | null, votes: number }} Answer
 */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("vote"));
const statusLine = document.getElementById("vote-status");
const count = document.getElementById("vote-count");

/** @type {Record<string, string>} */
const KEYS = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "same", " ": "same" };
/** How long the chosen side glows before the next pair comes. */
const GLOW_MS = 220;

let busy = false;

/** @param {string} words */
function say(words) {
  if (!statusLine) return;
  statusLine.textContent = "";
  // A change of text is read out, the same text again is not.
  setTimeout(() => { statusLine.textContent = words; }, 30);
}

/** @param {string} answer */
function choice(answer) {
  return /** @type {HTMLButtonElement | null} */ (form?.querySelector(`button[value="${answer}"]`) ?? null);
}

/**
 * @param {string} side
 * @param {Sheep} sheep
 */
function show(side, sheep) {
  const button = choice(side);
  if (!button) return;
  const part = (/** @type {string} */ name) => button.querySelector(`[data-part="${name}"]`);
  const poster = /** @type {HTMLImageElement | null} */ (part("poster"));
  const video = /** @type {HTMLVideoElement | null} */ (part("video"));
  const title = part("title");
  const artist = part("artist");
  if (title) title.textContent = sheep.title;
  if (artist) artist.textContent = sheep.artist;
  if (poster) poster.src = sheep.poster;
  if (!video) return;
  video.poster = sheep.poster;
  if (sheep.video) {
    video.src = sheep.video;
    // The class is motion.js's word for "pictures may move".
    if (document.documentElement.classList.contains("moving-on")) video.play().catch(() => {});
  } else {
    video.removeAttribute("src");
    video.load();
  }
}

/** @param {string} answer */
async function vote(answer) {
  const ballot = /** @type {HTMLInputElement | null} */ (form?.elements.namedItem("ballot"));
  if (!form || !ballot || busy) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  choice(answer)?.classList.add("chosen");
  const glow = new Promise((done) => { setTimeout(done, GLOW_MS); });
  try {
    const reply = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ ballot: ballot.value, answer }),
    });
    const body = await reply.json();
    if (!reply.ok) {
      // The ballot is spent or too old: a fresh pair comes with a fresh page.
      say(body.detail ?? body.title ?? "That vote could not be counted.");
      setTimeout(() => { location.assign("/vote"); }, 2500);
      return;
    }
    const { next, votes } = /** @type {Answer} */ (body);
    await glow;
    if (count) count.textContent = String(votes);
    if (!next) {
      location.assign("/vote");
      return;
    }
    ballot.value = next.ballot;
    show("left", next.left);
    show("right", next.right);
    document.querySelector('[data-testid="problem"]')?.remove();
    say(answer === "same" ? "Counted: no difference." : "Thank you, counted.");
  } catch {
    say("The server did not answer. Your vote was not counted; please try again.");
  }
  choice(answer)?.classList.remove("chosen");
  form.removeAttribute("aria-busy");
  busy = false;
}

form?.addEventListener("submit", (event) => {
  const pressed = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
  if (!pressed?.value) return;
  event.preventDefault();
  vote(pressed.value);
});

document.addEventListener("keydown", (event) => {
  const answer = KEYS[event.key];
  const target = /** @type {HTMLElement} */ (event.target);
  if (!form || !answer || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  // Space presses the button that has the focus, as everywhere.
  if (event.key === " " && target.closest("a, button, summary")) return;
  if (target.closest("input:not([type=hidden]), textarea, select")) return;
  event.preventDefault();
  vote(answer);
});

export {};
