// Opens the app without network: hashed assets from the cache, pages always from the network, /offline when there is none.
// No page with anybody's data is ever stored. ASSETS and VERSION are filled in by build.mjs.
const CACHE = "luhuo-" + VERSION;
const OFFLINE = "/offline";

async function store() {
  const cache = await caches.open(CACHE);
  if (await cache.match(OFFLINE)) return;
  await cache.addAll(ASSETS);
  const page = await fetch(OFFLINE, { credentials: "omit", cache: "reload" });
  if (page.ok) await cache.put(OFFLINE, page);
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function page(event) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(store()); // signing out empties every cache; the next page fills ours again
    return answer;
  } catch (lost) {
    const offline = await caches.match(OFFLINE);
    if (offline) return offline;
    throw lost;
  }
}

const asset = async (request) => (await caches.match(request)) || fetch(request);

self.addEventListener("install", (event) => event.waitUntil(store()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (ASSETS.includes(new URL(request.url).pathname)) event.respondWith(asset(request));
});
