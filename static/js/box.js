// What this phone keeps until the server has it: items of the outbox, drafts, and who uses the phone (IndexedDB).
// An item belongs to a person; whoever else uses the phone neither sees nor sends it.
import { openDB } from "idb";

const NAME = "luhuo";
const RECEIPTS = 20; // how many stored items are still shown
const MOST = 50, MOST_BYTES = 30 * 2 ** 20; // what may wait here, of everybody
let opened;

export const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

function base() {
  opened ??= openDB(NAME, 1, {
    upgrade(made) {
      made.createObjectStore("items", { keyPath: "key" });
      for (const store of ["drafts", "facts"]) made.createObjectStore(store);
    },
    blocking(_current, _wanted, { target }) {
      target.close(); // another tab has a newer version of the app
      opened = undefined;
    },
    terminated() {
      opened = undefined;
    },
  });
  return opened;
}

// Who uses the page: said by pages made for somebody; on the others the last for whom one was opened. A page says it
// once: left open in another tab, it must not take the phone back from whoever uses it now.
let noted = false;

export async function person() {
  const { person: here, theme, size } = document.documentElement.dataset;
  const made = await base();
  if (!here) return made.get("facts", "person");
  if (noted) return here;
  noted = true;
  const told = [made.put("facts", here, "person"), made.put("facts", { theme, size }, "look")];
  await Promise.all(told).catch(() => {}); // no room: the page knows it in any case
  return here;
}

// How this person's pages look, for the kept pages that are made for nobody.
export const look = async () => (await base()).get("facts", "look");

export const put = async (item) => (await base()).put("items", item);

// Write down what became of an item, unless it was deleted meanwhile, or another tab knows better: stored is final.
export async function settle(key, changes) {
  const change = (await base()).transaction("items", "readwrite");
  const item = await change.store.get(key);
  const settled = item && (changes.state === "stored" || item.state === "waiting") && { ...item, ...changes };
  if (settled) await change.store.put(settled);
  await change.done;
  return settled;
}

export const remove = async (key) => (await base()).delete("items", key);
export const get = async (key) => (await base()).get("items", key);
const all = async () => (await base()).getAll("items");

// Items of a person from the oldest on; with `state`, those in that state.
export async function itemsOf(owner, state) {
  const own = (await all()).filter((item) => item.person === owner && (!state || item.state === state));
  return own.sort((one, other) => (one.at < other.at ? -1 : 1));
}

export const countOfOthers = async (owner) =>
  (await all()).filter((item) => item.person !== owner && item.state !== "stored").length;

export const bytesOf = (item) => item.files.reduce((sum, one) => sum + one.bytes.byteLength, 0);

// Whether there is room for one more, before the storage of the phone itself fails.
export async function hasRoomFor(item) {
  const open = (await all()).filter((one) => one.state !== "stored" && one.key !== item.key);
  return open.length < MOST && open.reduce((sum, one) => sum + bytesOf(one), bytesOf(item)) <= MOST_BYTES;
}

// Keep a stored item as a receipt, without what was in it; only the newest receipts stay.
export async function keepReceipt(item, to) {
  await settle(item.key, { state: "stored", to, words: "", fields: [], files: [], storedAt: new Date().toISOString() });
  const old = (await itemsOf(item.person, "stored")).slice(0, -RECEIPTS);
  for (const one of old) await remove(one.key);
}

export const putDraft = async (name, fields) => (await base()).put("drafts", fields, name);
export const getDraft = async (name) => (await base()).get("drafts", name);
export const removeDraft = async (name) => (await base()).delete("drafts", name);

// Signing out: drafts, receipts and the person go; what was never sent stays, locked to its owner. The empty database
// stays, too: another tab may be keeping something in it at this moment.
export async function clean() {
  const made = await base();
  await made.clear("drafts");
  await made.clear("facts");
  for (const item of await all()) if (item.state === "stored") await remove(item.key);
}
