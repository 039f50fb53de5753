// @ts-check
/** In a frame: who asks the system for less motion gets a picture, and may press play. */

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const video = document.querySelector("video");

function heed() {
  if (!video || !calm.matches) return;
  video.autoplay = false;
  video.pause();
}

calm.addEventListener("change", heed);
heed();

export {};
