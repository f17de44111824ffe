// Opens the app without network: hashed assets from the cache, pages from the network, and where there is none, this
// person's copy of today (pages that the server marked with `Today: person`), /outbox, or /offline.
// One copy at most lies on a phone; signing out, an ended login and another person wipe it. The scanner is kept once it was
// opened. Files of the former release stay, for pages made by it.
// ASSETS and SCANNER are filled in by build.mjs; RELEASE (its version, the pages for no network) comes from web/pwa.py.
const RELEASES = "luhuo-";
const CACHE = RELEASES + RELEASE.version;
const TODAY = "today-";
const OFFLINE = "/offline";
const NEUTRAL = Object.keys(RELEASE.pages);
const PATIENCE = 4000;
const FRESH = 24 * 3600 * 1000; // by the phone's clock at both ends
const PAGE = { "Content-Type": "text/html; charset=utf-8" };

// On a bad line each attempt gets on from where the last one broke off.
async function store() {
  const cache = await caches.open(CACHE);
  if (await cache.match(OFFLINE)) return;
  await Promise.all(ASSETS.map(async (path) => (await cache.match(path)) ?? cache.add(path)));
  if (await scannerWasOpened()) await cache.addAll(SCANNER).catch(() => {});
  const headers = { ...PAGE, "Content-Security-Policy": RELEASE.csp };
  for (const path of NEUTRAL) await cache.put(path, new Response(RELEASE.pages[path], { headers }));
}

async function scannerWasOpened() {
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys();
    if (kept.some(({ url }) => url.endsWith(".wasm"))) return true;
  }
  return false;
}

async function drop(isOld) {
  const names = await caches.keys();
  await Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
}

// When somebody left this phone: what was asked for before is not kept for them any more, however late it comes.
const left = new Map();

// Keep a page of today for the one it was made for.
async function keep(request, answer, askedAt) {
  const person = answer.headers.get("Today");
  if (new URL(answer.url).pathname === "/login") return drop((name) => name.startsWith(TODAY)); // nobody is logged in
  if (!person || answer.status !== 200 || answer.redirected) return;
  await drop((name) => name.startsWith(TODAY) && name !== TODAY + person);
  const headers = new Headers({ ...PAGE, "Kept-At": new Date().toISOString() });
  const csp = answer.headers.get("Content-Security-Policy");
  if (csp) headers.set("Content-Security-Policy", csp);
  await (await caches.open(TODAY + person)).put(new URL(request.url).pathname, new Response(await answer.text(), { headers }));
  if (askedAt <= left.get(person)) await drop((name) => name === TODAY + person);
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
  const isNeutral = NEUTRAL.includes(path);
  return (!isNeutral && (await kept(path))) || caches.match(isNeutral ? path : OFFLINE, { cacheName: CACHE });
}

const after = (time) => new Promise((done) => setTimeout(done, time));

async function page(event) {
  const path = new URL(event.request.url).pathname, askedAt = Date.now();
  const asked = fetch(event.request).then((answer) => {
    event.waitUntil(Promise.all([store(), keep(event.request, answer.clone(), askedAt)])); // where the phone has emptied its caches
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

// Ask for a page of today and keep it, for the page that was there before the worker.
async function keepAsked(path) {
  const request = new Request(path, { headers: { Today: "1" } }), askedAt = Date.now();
  await keep(request, await fetch(request), askedAt);
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
async function dropOldReleases() {
  const former = (await caches.keys()).filter((name) => name.startsWith(RELEASES) && name !== CACHE).pop();
  await drop((name) => ![CACHE, former].includes(name) && !name.startsWith(TODAY));
}

self.addEventListener("activate", (event) => event.waitUntil(dropOldReleases()));
self.addEventListener("message", (event) => {
  if (event.data === "update") self.skipWaiting();
  if (event.data.left) left.set(event.data.left, Date.now());
  if (event.data.today) event.waitUntil(keepAsked(event.data.today).catch(() => {}));
  if (event.data.opened) event.waitUntil(Promise.all(event.data.opened.map((url) => asset(new Request(url)))));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (new URL(request.url).pathname.startsWith("/static/dist/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" || request.headers.has("Today")) event.respondWith(page(event));
});
