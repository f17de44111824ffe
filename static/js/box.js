// What this phone keeps until the server has it: items of the outbox, drafts, and who uses the phone (IndexedDB).
// An item belongs to a person; whoever else uses the phone neither sees nor sends it.
import { openDB } from "idb";

const NAME = "luhuo";
const RECEIPTS = 20; // how many stored items are still shown
const MOST = 500, MOST_BYTES = 30 * 2 ** 20; // what may wait here
let opened;

export const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

async function base() {
  opened ??= openDB(NAME, 1, {
    upgrade(made) {
      made.createObjectStore("items", { keyPath: "key" }).createIndex("of", ["person", "state"]);
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
  try {
    return await opened;
  } catch (refused) {
    opened = undefined; // it may be allowed, or have room, the next time
    throw refused;
  }
}

const page = () => document.documentElement.dataset;

// Who uses the page: said by pages made for somebody; on the others the last who was.
export const person = async () => page().person ?? (await base()).get("facts", "person");

// Say once, when a page made for somebody is opened, that they use the phone now, and how their pages look; return who
// did before. A page left open in another tab must not take the phone back from whoever uses it now.
export async function arrive() {
  const made = await base(), before = await made.get("facts", "person");
  const { person: here, theme, size } = page();
  if (here) await Promise.all([made.put("facts", here, "person"), made.put("facts", { theme, size }, "look")]);
  return before;
}

// Whether whom this page was made for has signed out meanwhile, or somebody else uses the phone now.
export const isLeft = async () => Boolean(page().person) && (await (await base()).get("facts", "person")) !== page().person;

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

// Items of a person from the oldest on; with `state`, those in that state. What is others' is never read.
export async function itemsOf(owner, state) {
  const whose = state ? [owner, state] : IDBKeyRange.bound([owner], [owner, []]);
  const own = await (await base()).getAllFromIndex("items", "of", whose);
  return own.sort((one, other) => (one.at < other.at ? -1 : 1));
}

// How many items of a person are in a state; none is read for it.
export const countOf = async (owner, state) => (await base()).countFromIndex("items", "of", [owner, state]);

// Person and state of every item, without what is in it.
async function owners() {
  const found = [];
  let cursor = await (await base()).transaction("items").store.index("of").openKeyCursor();
  for (; cursor; cursor = await cursor.continue()) found.push([...cursor.key, cursor.primaryKey]);
  return found;
}

export const countOfOthers = async (owner) =>
  (await owners()).filter(([person, state]) => person !== owner && state !== "stored").length;

export const bytesOf = (item) => item.files.reduce((sum, one) => sum + one.bytes.byteLength, 0);

// Whether there is room for one more, before the storage of the phone itself fails: of everybody's items the number, of
// one's own the size.
export async function hasRoomFor(item) {
  const others = (await owners()).filter(([, state, key]) => state !== "stored" && key !== item.key);
  const own = (await itemsOf(item.person)).filter((one) => one.state !== "stored" && one.key !== item.key);
  return others.length < MOST && own.reduce((sum, one) => sum + bytesOf(one), bytesOf(item)) <= MOST_BYTES;
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

// Signing out: one's drafts and receipts go; what was never sent, and what is others', stays, locked to its owner. The
// empty database stays, too: another tab may be keeping something in it at this moment.
export async function clean() {
  const made = await base(), owner = await person();
  await made.clear("facts");
  await made.delete("drafts", IDBKeyRange.bound(`${owner} `, `${owner}!`)); // their names begin with the owner
  for (const [who, state, key] of await owners()) if (who === owner && state === "stored") await remove(key);
}
