// <b data-countdown="18">18</b> counts down from the server's figure, never by the clock of the phone.
// At zero it tells its parents `countdown-end`, so hx-trigger="every 5s, countdown-end" fetches the new code at once.
const ends = new WeakMap();

function show(element, now) {
  if (!ends.has(element)) ends.set(element, now + Number(element.dataset.countdown) * 1000);
  const left = Math.max(0, Math.ceil((ends.get(element) - now) / 1000));
  if (element.textContent === String(left)) return;
  element.textContent = left;
  if (left === 0) element.dispatchEvent(new CustomEvent("countdown-end", { bubbles: true }));
}

function tick() {
  const now = performance.now();
  document.querySelectorAll("[data-countdown]").forEach((element) => show(element, now));
}

export function startCountdowns() {
  document.addEventListener("DOMContentLoaded", tick);
  document.addEventListener("htmx:after:swap", tick);
  setInterval(tick, 250);
}
