// Measured, never believed: whether the last call got through to our server. [data-net-title] says so while it did not,
// and on a kept page ([data-kept]) until a new one can be had.
const PROBE = 3000;
const OURS = "X-Request-Id"; // stands on each of our answers, on no portal's
export const RESTORED = "net-restored";

const root = document.documentElement;

export const isDown = () => root.dataset.net === "down";

// Say that a call got through, or did not.
export function tell(isThrough) {
  const before = root.dataset.net;
  root.dataset.net = isThrough ? "up" : "down";
  if (root.dataset.net === before) return;
  show();
  if (isThrough && before) document.dispatchEvent(new CustomEvent(RESTORED));
}

// Ask our server for the least that it can answer.
export async function reaches() {
  const stop = new AbortController();
  const timeout = setTimeout(() => stop.abort(), PROBE);
  try {
    tell((await fetch("/healthz", { signal: stop.signal })).headers.has(OURS));
  } catch {
    tell(false);
  } finally {
    clearTimeout(timeout);
  }
  return !isDown();
}

const title = () => {
  if (root.dataset.kept) return isDown() ? "没有网络，照常用" : "连上了";
  return isDown() ? "没连上，写好的先存着" : "";
};

function show() {
  const place = document.querySelector("[data-net-title]");
  if (place) place.textContent = title();
  document.querySelectorAll("[data-renew]").forEach((link) => (link.hidden = !root.dataset.kept || isDown()));
}

export function measure() {
  document.addEventListener("DOMContentLoaded", () => {
    if (root.dataset.kept || document.querySelector("[data-offline]")) tell(false);
  });
  document.addEventListener("htmx:after:request", ({ detail }) => detail.ctx.response.headers.has(OURS) && tell(true));
  document.addEventListener("htmx:error", ({ detail }) => detail.ctx && !detail.ctx.response && tell(false));
}
