// The worker: registered; told to take over when a person agrees to the new version ([data-update]), which changes no page
// but the one on which they agreed; and given what today needs ([data-today]) while there is a network. An ended login
// takes the copy of today along.
import { CHANGED } from "./send.js";

const SOON = 2500;
const EVERY = 30 * 60000;

function offer(standing) {
  const note = document.querySelector("[data-update]");
  if (!note || !standing.waiting || !navigator.serviceWorker.controller) return;
  note.hidden = false;
  note.querySelector("button").addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    if (standing.waiting) standing.waiting.postMessage("update");
    else location.reload(); // another page has agreed already
  });
}

async function register() {
  const standing = await navigator.serviceWorker.register("/sw.js");
  offer(standing);
  standing.addEventListener("updatefound", () => {
    const worker = standing.installing;
    worker.addEventListener("statechange", () => worker.state === "installed" && offer(standing));
  });
}

async function keepToday() {
  const paths = document.querySelector("[data-today]")?.dataset.today;
  if (!paths || document.documentElement.dataset.kept) return;
  if (!navigator.serviceWorker.controller) return keepFirst();
  const { person, theme, size } = document.documentElement.dataset;
  const what = [person, theme, size, paths].join(" "), last = JSON.parse(sessionStorage.getItem("today"));
  if (last?.what === what && Date.now() - last.at < EVERY) return;
  sessionStorage.setItem("today", JSON.stringify({ what, at: Date.now() }));
  for (const url of paths.split(" ")) await fetch(url, { headers: { Today: "1" } });
}

// The very first page, opened before the worker had charge of any: it asks for it once more by itself.
async function keepFirst() {
  const standing = await navigator.serviceWorker.ready;
  standing.active.postMessage({ today: location.pathname });
}

async function wipeToday({ detail }) {
  if (detail.state !== "login" || !("caches" in window)) return;
  for (const name of await caches.keys()) if (name.startsWith("today-")) await caches.delete(name);
}

export function useWorker() {
  document.addEventListener(CHANGED, wipeToday);
  if (!("serviceWorker" in navigator)) return;
  addEventListener("load", () => register().catch(() => {}));
  addEventListener("load", () => setTimeout(() => keepToday().catch(() => {}), SOON));
}
