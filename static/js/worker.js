// The worker: registered; told to take over when a person agrees to the new version ([data-update]); and given what
// today needs ([data-today]) while there is a network.
const SOON = 2500;
const EVERY = 30 * 60000;

function offer(worker) {
  const note = document.querySelector("[data-update]");
  if (!note || !worker || !navigator.serviceWorker.controller) return;
  note.hidden = false;
  note.querySelector("button").addEventListener("click", () => worker.postMessage("update"));
}

async function register() {
  const standing = await navigator.serviceWorker.register("/sw.js");
  offer(standing.waiting);
  standing.addEventListener("updatefound", () => {
    const worker = standing.installing;
    worker.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
  });
  const had = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => had && location.reload());
}

async function keepToday() {
  const paths = document.querySelector("[data-today]")?.dataset.today.split(" ");
  const name = `today-${document.documentElement.dataset.person}`, last = Number(sessionStorage.getItem(name));
  if (!paths || !navigator.serviceWorker.controller || Date.now() - last < EVERY) return;
  sessionStorage.setItem(name, Date.now());
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
