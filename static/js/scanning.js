// Opening the in-page scanner ([data-scanner]), whose decoder is loaded only then; signing in by a scanned code; and a
// code that some other scanner opened in our offline page.
import { reaches } from "./net.js";
import { keepBeside, keepFields } from "./outbox.js";

const CODE = /\/q\/([A-Z2-7]+)$/i;
const OWN = /\/p\/[A-Z2-7]+$/i;

const NOT_KEPT = "没连上，这部手机也存不下，没有签上。请主持人补签，一样算数。";

// Keep a scanned code and go on to what became of it; return a sentence where neither the phone nor the server has it.
async function keepSignIn(code) {
  const { key, state, to, words, why } = await keepFields("/sign-ins", "签到", "", [["code", code]]);
  if (why && state !== "stored") return words || NOT_KEPT;
  return location.replace(state === "stored" ? to : `/outbox#${key}`);
}

async function signIn(text, scanner) {
  const code = CODE.exec(text)?.[1];
  if (!code) return scanner.say(OWN.test(text) ? "这是本人码。签到请扫会场屏幕上的码。" : "这不是签到码，请对准会场屏幕。");
  scanner.stop();
  scanner.say("扫到了");
  if (await reaches()) return location.assign(`/q/${code}`);
  return scanner.say((await keepSignIn(code).catch(() => NOT_KEPT)) ?? "存好了");
}

// Load camera and decoder, once; what fails may be tried again.
function scannerOf(root) {
  root.scanner ??= import(root.dataset.src).then(async (made) => {
    keepScanner(root);
    const scanner = await made.makeScanner(root);
    scanner.found = root.dataset.scanner === "people" ? made.people(root, keepBeside) : signIn;
    scanner.refusalIn = made.refusalIn;
    return scanner;
  });
  root.scanner.catch(() => (root.scanner = undefined));
  return root.scanner;
}

async function use(root, work) {
  const said = root.querySelector("[data-scan-said]"), photo = root.querySelector("[data-scan-photo]");
  const button = root.querySelector("[data-scan-open]");
  button.disabled = true;
  let scanner;
  try {
    scanner = await scannerOf(root);
    await work(scanner);
  } catch (error) {
    said.textContent = `${scanner ? scanner.refusalIn(error) : "扫码的部件没有装上，网络好了再点一次"}。用下面的办法，一样算数。`;
  } finally {
    button.disabled = false;
    photo.parentElement.hidden = !scanner;
  }
}

// Once opened, the scanner also opens where there is no network. A page that the worker made keeps it by itself.
function keepScanner({ dataset: { src, wasm } }) {
  if (navigator.serviceWorker?.controller) return;
  navigator.serviceWorker?.ready.then((standing) => standing.active.postMessage({ opened: [src, wasm] }));
}

export function openScanners() {
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll("[data-scanner]").forEach((root) => {
      root.hidden = false;
      root.querySelector("[data-scan-open]").addEventListener("click", () => use(root, (scanner) => scanner.start()));
      root.querySelector("[data-scan-photo]").addEventListener("change", async ({ target }) => {
        const [photo] = target.files;
        await use(root, (scanner) => scanner.read(photo));
        target.value = "";
      });
    }));
}

export function keepScanned() {
  document.addEventListener("DOMContentLoaded", () => {
    const code = CODE.exec(location.pathname)?.[1];
    if (code && document.querySelector("[data-offline]")) keepSignIn(code).catch(() => {});
  });
}
