// The worker: registered; told to take over when a person agrees to the new version ([data-update]), which changes no page
// but the one on which they agreed; and given what today needs ([data-today]) while there is a network.
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
  const paths = document.querySelector("[data-today]")?.dataset.today.split(" ");
  const last = Number(sessionStorage.getItem("today"));
  if (!paths || !navigator.serviceWorker.controller || Date.now() - last < EVERY) return;
  sessionStorage.setItem("today", Date.now());
  for (const url of paths) await fetch(url, { headers: { Today: "1" } });
}

// A kept page says so: [data-kept-note] with the time at which it was made.
function sayKept() {
  const made = document.documentElement.dataset.kept;
  const note = document.querySelector("[data-kept-note]");
  if (!made || !note) return;
  note.hidden = false;
  note.querySelector("time").textContent = new Date(made).toTimeString().slice(0, 5);
}

export function useWorker() {
  document.addEventListener("DOMContentLoaded", sayKept);
  if (!("serviceWorker" in navigator)) return;
  addEventListener("load", () => register().catch(() => {}));
  addEventListener("load", () => setTimeout(() => keepToday().catch(() => {}), SOON));
}
