// Opens the app without network: hashed assets from the cache, pages from the network, and where there is none, this
// person's copy of today (pages that the server marked with `Today: person`), /outbox, or /offline.
// One copy at most lies on a phone; signing out, an ended login and another person wipe it.
// ASSETS and VERSION are filled in by build.mjs.
const CACHE = "luhuo-" + VERSION;
const TODAY = "today-";
const OFFLINE = "/offline";
const NEUTRAL = [OFFLINE, "/outbox"];
const PATIENCE = 4000;
const FRESH = 24 * 3600 * 1000; // by the phone's clock at both ends
const PAGE = { "Content-Type": "text/html; charset=utf-8" };

// On a bad line each attempt gets on from where the last one broke off.
async function store() {
  const cache = await caches.open(CACHE);
  if (await cache.match(OFFLINE)) return;
  await Promise.all(ASSETS.map(async (path) => (await cache.match(path)) ?? cache.add(path)));
  for (const path of NEUTRAL) {
    const page = await fetch(path, { credentials: "omit", cache: "reload" });
    if (page.ok) await cache.put(path, page);
  }
}

async function drop(isOld) {
  const names = await caches.keys();
  await Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
}

// Keep a page of today for the one it was made for.
async function keep(request, answer) {
  const person = answer.headers.get("Today");
  if (new URL(answer.url).pathname === "/login") return drop((name) => name.startsWith(TODAY)); // nobody is logged in
  if (!person || answer.status !== 200 || answer.redirected) return;
  await drop((name) => name.startsWith(TODAY) && name !== TODAY + person);
  const headers = new Headers({ ...PAGE, "Kept-At": new Date().toISOString() });
  const csp = answer.headers.get("Content-Security-Policy");
  if (csp) headers.set("Content-Security-Policy", csp);
  await (await caches.open(TODAY + person)).put(new URL(request.url).pathname, new Response(await answer.text(), { headers }));
}

// Say on the kept page itself that it is one, and of when.
async function kept(path) {
  const found = await caches.match(path);
  const keptAt = found?.headers.get("Kept-At");
  if (!keptAt) return null;
  if (Date.now() - new Date(keptAt) > FRESH) return drop((name) => name.startsWith(TODAY));
  const html = (await found.text()).replace("<html ", `<html data-kept="${keptAt}" `);
  return new Response(html, { headers: found.headers });
}

async function instead(path) {
  return (!NEUTRAL.includes(path) && (await kept(path))) || (await caches.match(NEUTRAL.includes(path) ? path : OFFLINE));
}

const after = (time) => new Promise((done) => setTimeout(done, time));

async function page(event) {
  const path = new URL(event.request.url).pathname;
  const asked = fetch(event.request).then((answer) => {
    event.waitUntil(Promise.all([store(), keep(event.request, answer.clone())])); // signing out empties every cache
    return answer;
  });
  asked.catch(() => {});
  const slow = after(PATIENCE).then(() => kept(path));
  try {
    return (await Promise.race([asked, slow])) ?? (await asked);
  } catch (lost) {
    const other = await instead(path);
    if (other) return other;
    throw lost;
  }
}

// Built files carry their content in their name: what was fetched once stays until the next version.
async function asset(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil(store()));
self.addEventListener("activate", (event) => event.waitUntil(drop((name) => name !== CACHE && !name.startsWith(TODAY))));
self.addEventListener("message", (event) => event.data === "update" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (new URL(request.url).pathname.startsWith("/static/dist/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" || request.headers.has("Today")) event.respondWith(page(event));
});
