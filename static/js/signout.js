// Phones are shared: signing out empties caches and stores before the form goes off. What was never sent stays, and so do
// our own files, which are the same for everybody.
import { clean as cleanBox } from "./box.js";
import { isDown, reaches } from "./net.js";
import { sayIn } from "./outbox.js";

const PATIENCE = 1000;
const STILL_IN = "没连上，还没有退出。手机里存的已经清掉，有信号时请再点一次“退出”。";

const cleanSession = async () => sessionStorage.clear();

async function cleanCaches() {
  navigator.serviceWorker?.controller?.postMessage({ left: document.documentElement.dataset.person });
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !name.startsWith("luhuo-")).map((name) => caches.delete(name)));
}

// Each by itself: a browser that has not the one, or refuses it, has the others.
const clean = () => Promise.allSettled([cleanSession(), cleanBox(), cleanCaches()]);

const atMost = (time) => new Promise((done) => setTimeout(done, time));

async function cleanThenSend(form) {
  await Promise.race([clean(), atMost(PATIENCE)]);
  if ((isDown() || !navigator.onLine) && !(await reaches())) return sayIn(form, STILL_IN);
  return form.submit();
}

export function cleanOnSignOut() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-signout]")) return;
    event.preventDefault();
    cleanThenSend(event.target);
  });
}
