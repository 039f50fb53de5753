// @ts-check
/**
 * Voting without waiting: keys, and the next pair at once in place of a new page.
 *
 * The page's form works by itself. This script sends the same fields and asks for JSON. It holds the
 * pair after the one on the screen, with its pictures and videos on their way, so that a vote shows
 * it at once; anything it does not understand it leaves to the form.
 *
 * @typedef {{ id: string, title: string, artist: string, poster: string, video: string | null }} Sheep
 * @typedef {{ ballot: string, left: Sheep, right: Sheep }} Pair
 * @typedef {{ next: Pair | null, votes: number }} Answer
 */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("vote"));
const undoForm = /** @type {HTMLFormElement | null} */ (document.getElementById("undo"));
const ballot = /** @type {HTMLInputElement | null} */ (form?.elements.namedItem("ballot") ?? null);
const statusLine = document.getElementById("vote-status");
const count = document.getElementById("vote-count");

/** @type {Record<string, string>} */
const ANSWERS = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "same" };
/** How long the chosen side glows before the next pair comes. */
const GLOW_MS = 220;

/** The pair after the one on the screen. @type {Pair | null} */
let held = null;
/** Videos on their way, kept so that the browser goes on. @type {HTMLVideoElement[]} */
let coming = [];
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

// The class is motion.js's word for "pictures may move".
const moving = () => document.documentElement.classList.contains("moving-on");

/**
 * @param {string} side
 * @param {Sheep} sheep
 */
function showSide(side, sheep) {
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
    if (moving()) video.play().catch(() => {});
  } else {
    video.removeAttribute("src");
    video.load();
  }
}

/** @param {Pair} pair */
function show(pair) {
  if (!ballot) return;
  ballot.value = pair.ballot;
  showSide("left", pair.left);
  showSide("right", pair.right);
  document.querySelector('[data-testid="problem"]')?.remove();
}

/** @param {Pair | null} pair */
function hold(pair) {
  held = pair;
  coming = [];
  for (const sheep of pair ? [pair.left, pair.right] : []) {
    new Image().src = sheep.poster;
    if (!sheep.video || !moving()) continue;
    const video = document.createElement("video");
    video.preload = "auto";
    video.muted = true;
    video.src = sheep.video;
    coming.push(video);
  }
}

/**
 * @param {string} address
 * @param {Record<string, string>} [fields] posted, if there are any
 */
async function ask(address, fields) {
  const reply = await fetch(address, {
    method: fields ? "POST" : "GET",
    headers: { accept: "application/json" },
    body: fields && new URLSearchParams(fields),
  });
  const body = await reply.json();
  if (!reply.ok) throw new Refused(body.detail ?? body.title);
  return body;
}

class Refused extends Error {}

async function holdNext() {
  if (!ballot?.value) return;
  try {
    hold(await ask(`/vote/next?${new URLSearchParams({ besides: ballot.value })}`));
  } catch {
    hold(null); // the vote's own answer brings the next pair
  }
}

/** Does one thing at a time; says what went wrong. @param {() => Promise<void>} what */
async function alone(what) {
  if (!form || busy) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  try {
    await what();
  } catch (error) {
    if (error instanceof Refused) {
      // The ballot is spent or too old: a fresh pair comes with a fresh page.
      say(error.message || "That vote could not be counted.");
      setTimeout(() => { location.assign("/vote"); }, 2500);
    } else {
      say("The server did not answer. Your vote was not counted; please try again.");
    }
  }
  form.removeAttribute("aria-busy");
  busy = false;
}

/** @param {string} answer */
function vote(answer) {
  return alone(async () => {
    const before = current();
    const next = held;
    const button = choice(answer);
    button?.classList.add("chosen");
    const fields = { ballot: before.ballot, answer };
    const reply = ask("/vote", next ? { ...fields, besides: next.ballot } : fields);
    await new Promise((done) => { setTimeout(done, GLOW_MS); });
    button?.classList.remove("chosen");
    if (next) show(next);
    try {
      const counted = /** @type {Answer} */ (await reply);
      if (count) count.textContent = String(counted.votes);
      say(answer === "same" ? "Counted: no difference." : "Thank you, counted.");
      if (undoForm) undoForm.hidden = false;
      if (next) hold(counted.next);
      else if (counted.next) {
        show(counted.next);
        holdNext();
      } else location.assign("/vote");
    } catch (error) {
      if (!(error instanceof Refused)) show(before);
      throw error;
    }
  });
}

/** The pair on the screen, to be shown again when its vote could not be given. @returns {Pair} */
function current() {
  const side = (/** @type {string} */ name) => {
    const part = (/** @type {string} */ of) => choice(name)?.querySelector(`[data-part="${of}"]`);
    return {
      id: "",
      title: part("title")?.textContent ?? "",
      artist: part("artist")?.textContent ?? "",
      poster: /** @type {HTMLImageElement} */ (part("poster")).src,
      video: /** @type {HTMLVideoElement} */ (part("video")).getAttribute("src"),
    };
  };
  return { ballot: ballot?.value ?? "", left: side("left"), right: side("right") };
}

function undo() {
  return alone(async () => {
    const taken = /** @type {Answer | null} */ (await ask("/vote/undo", {}));
    if (undoForm) undoForm.hidden = true;
    if (!taken?.next) {
      say("There is nothing to take back.");
      return;
    }
    if (count) count.textContent = String(taken.votes);
    show(taken.next);
    say("Taken back: here it is again.");
    await holdNext();
  });
}

form?.addEventListener("submit", (event) => {
  const pressed = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
  if (!pressed?.value) return;
  event.preventDefault();
  vote(pressed.value);
});

undoForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  undo();
});

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else form?.requestFullscreen().catch(() => {});
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (!form || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (target.closest("input:not([type=hidden]), textarea, select")) return;
  const answer = ANSWERS[event.key];
  if (answer) vote(answer);
  else if (event.key === "z") undo();
  else if (event.key === "f") fullScreen();
  // Space presses the button that has the focus, as everywhere.
  else if (event.key === " " && !target.closest("a, button, summary")) document.getElementById("motion")?.click();
  else return;
  event.preventDefault();
});

const keys = document.getElementById("keys");
if (form && keys) keys.hidden = false;
holdNext();

export {};
