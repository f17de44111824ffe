// Shared phones: a page made for somebody says who uses the phone now, and wipes the copy of today of whoever did
// before; a page left open in another tab is asked for anew when it is looked at.
import * as box from "./box.js";

let arrived;

async function arrive() {
  const here = document.documentElement.dataset.person;
  const before = await box.arrive().catch(() => undefined);
  if (!here || before === here || !("caches" in window)) return;
  if (before) navigator.serviceWorker?.controller?.postMessage({ left: before });
  const others = (await caches.keys()).filter((name) => name.startsWith("today-") && name !== `today-${here}`);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function look() {
  await arrived;
  if (!document.hidden && (await box.isLeft())) location.replace(location.pathname + location.search);
}

export function mindOthers() {
  document.addEventListener("DOMContentLoaded", () => (arrived = arrive().catch(() => {})));
  document.addEventListener("visibilitychange", () => look().catch(() => {}));
  addEventListener("pageshow", (event) => event.persisted && look().catch(() => {}));
}
