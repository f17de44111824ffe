// What this phone keeps until the server has it: items of the outbox, drafts, and who uses the phone (IndexedDB).
// An item belongs to a person; whoever else uses the phone neither sees nor sends it.
import { deleteDB, openDB } from "idb";

const NAME = "luhuo";
const RECEIPTS = 20; // how many stored items are still shown
let opened;

export const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

async function base() {
  opened ??= openDB(NAME, 1, {
    upgrade(made) {
      made.createObjectStore("items", { keyPath: "key" }).createIndex("of", ["person", "state"]);
      for (const store of ["drafts", "facts"]) made.createObjectStore(store);
    },
    blocking() {
      forget();
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

// Close the connection: another tab wants to delete the database, or we do.
async function forget() {
  const closing = opened;
  opened = undefined;
  (await closing)?.close();
}

const here = () => document.documentElement.dataset.person;

// Who uses the page: said by pages made for somebody; on the others the last who was.
export const person = async () => here() ?? (await base()).get("facts", "person");

// Say once, when a page made for somebody is opened, that they use the phone now; return who did before.
export async function arrive() {
  const before = await (await base()).get("facts", "person");
  if (here()) await (await base()).put("facts", here(), "person");
  return before;
}

// Whether whom this page was made for has signed out meanwhile, or somebody else uses the phone now.
export const isLeft = async () => Boolean(here()) && (await (await base()).get("facts", "person")) !== here();

export const put = async (item) => (await base()).put("items", item);
export const remove = async (key) => (await base()).delete("items", key);
export const get = async (key) => (await base()).get("items", key);

// Items of a person from the oldest on; with `state`, those in that state. What is others' is never read.
export async function itemsOf(owner, state) {
  const whose = state ? [owner, state] : IDBKeyRange.bound([owner], [owner, []]);
  const own = await (await base()).getAllFromIndex("items", "of", whose);
  return own.sort((one, other) => (one.at < other.at ? -1 : 1));
}

// Person and state of every item, without what is in it.
async function owners() {
  const found = [];
  let cursor = await (await base()).transaction("items").store.index("of").openKeyCursor();
  for (; cursor; cursor = await cursor.continue()) found.push([...cursor.key, cursor.primaryKey]);
  return found;
}

export const countOfOthers = async (owner) =>
  (await owners()).filter(([person, state]) => person !== owner && state !== "stored").length;

// Keep a stored item as a receipt, without what was in it; only the newest receipts stay.
export async function keepReceipt(item, to) {
  await put({ ...item, state: "stored", to, fields: [], files: [], storedAt: new Date().toISOString() });
  const old = (await itemsOf(item.person, "stored")).slice(0, -RECEIPTS);
  for (const one of old) await remove(one.key);
}

export const putDraft = async (name, fields) => (await base()).put("drafts", fields, name);
export const getDraft = async (name) => (await base()).get("drafts", name);
export const removeDraft = async (name) => (await base()).delete("drafts", name);

// Signing out: one's drafts and receipts go; what was never sent, and what is others', stays, locked to its owner.
export async function clean() {
  const made = await base(), owner = await person();
  await made.clear("facts");
  await made.delete("drafts", IDBKeyRange.bound(`${owner} `, `${owner}!`)); // their names begin with the owner
  for (const [who, state, key] of await owners()) if (who === owner && state === "stored") await remove(key);
  if ((await made.count("items")) + (await made.count("drafts"))) return;
  await forget();
  await deleteDB(NAME);
}
