// @ts-check
/**
 * Pages about work in progress renew themselves: every few seconds the page is fetched again and
 * each `[data-live]` region is replaced by its new text. Nothing happens while the tab is hidden
 * or the focus is inside a region.
 */

const EVERY_MS = 4000;

async function renew() {
  const reply = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!reply.ok) return;
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(region.id);
    if (!next || region.contains(document.activeElement)) continue;
    if (next.innerHTML === region.innerHTML) continue;
    // What the visitor opened stays open.
    const opened = region.querySelectorAll("details");
    next.querySelectorAll("details").forEach((details, place) => {
      if (opened[place]) details.open = opened[place].open;
    });
    region.replaceWith(document.adoptNode(next));
  }
}

setInterval(() => {
  // A missed turn does not matter: the next one brings everything.
  if (!document.hidden) renew().catch(() => {});
}, EVERY_MS);

export {};
