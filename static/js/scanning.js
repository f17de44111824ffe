// Opening the in-page scanner ([data-scanner]), whose decoder is loaded only then; what becomes of a scanned code; and a
// code that some other scanner opened in our offline page.
import { keepFields } from "./outbox.js";

const PROBE = 3000;
const CODE = /\/q\/([A-Z2-7]+)$/i;
const OWN = /\/p\/([A-Z2-7]+)$/i;
const MAC = 16;
const AGAIN = 4000; // one code before the camera is one scan

// Measured: whether our server answers now.
async function reaches() {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), PROBE);
  try {
    return (await fetch("/healthz", { signal: stop.signal })).ok;
  } catch {
    return false;
  }
}

async function keepSignIn(code) {
  const { key, state, to } = await keepFields("/sign-ins", "签到", "", [["code", code]]);
  location.replace(state === "stored" ? to : `/outbox#${key}`);
}

async function signIn(text, scanner) {
  const code = CODE.exec(text)?.[1];
  if (!code) return scanner.say(OWN.test(text) ? "这是本人码。签到请扫会场屏幕上的码。" : "这不是签到码，请对准会场屏幕。");
  scanner.stop();
  scanner.say("扫到了");
  if (await reaches()) return location.assign(`/q/${code}`);
  return keepSignIn(code);
}

function knownPeople() {
  const known = new Map();
  document.querySelectorAll("[data-scan-names] li").forEach((one) => known.set(one.dataset.code, one));
  return known;
}

function peopleScanner(root) {
  const known = knownPeople(), seen = new Map();
  return async (text, scanner) => {
    const code = OWN.exec(text)?.[1]?.toUpperCase();
    if (!code) return scanner.say("这不是本人码。请让本人打开“我的 · 本人码”。");
    if (Date.now() - (seen.get(code) ?? 0) < AGAIN) return;
    const one = known.get(code.slice(0, -MAC)), name = one?.textContent ?? "名单外的人";
    const repeated = seen.has(code) || one?.hasAttribute("data-came");
    seen.set(code, Date.now());
    if (repeated) return scanner.say(`${name}已经签过了`);
    scanner.say(name);
    navigator.vibrate?.(60);
    const row = scanner.list(name, "存在手机里");
    const said = await keepFields(root.dataset.url, "扫本人码", name, [["code", code]]);
    row.textContent = said.state === "waiting" ? "存在手机里，联网后自动交" : said.words;
    if (said.state === "returned") scanner.say(said.words);
  };
}

async function open(root) {
  const button = root.querySelector("[data-scan-open]");
  button.disabled = true;
  try {
    const { Scanner } = await import(root.dataset.src);
    keepScanner(root);
    const scanner = new Scanner(root, root.dataset.scanner === "people" ? peopleScanner(root) : signIn);
    button.hidden = true;
    await scanner.start();
  } catch {
    root.querySelector("[data-scan-else]").hidden = false;
    root.querySelector("[data-scan-said]").textContent = "相机没有打开，用下面的办法一样算数";
  } finally {
    button.disabled = false;
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
      root.querySelector("[data-scan-open]").addEventListener("click", () => open(root));
    }));
}

export function keepScanned() {
  document.addEventListener("DOMContentLoaded", () => {
    const code = CODE.exec(location.pathname)?.[1];
    if (code && document.querySelector("[data-offline]")) keepSignIn(code).catch(() => {});
  });
}
