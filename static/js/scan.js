// The camera and the decoder (ZXing in WebAssembly), loaded when the scanner is opened. A camera that is refused, missing,
// black or silent for three seconds ends in an error that says so: the page has other ways. A photo is decoded, too.
import { BarcodeDetector, prepareZXingModule, purgeZXingModule } from "barcode-detector/ponyfill";
export { people } from "./people.js";

const GAP = 120;
const SILENCE = 3000;
const SIDE = 16; // of the small picture that tells whether there is one
const BLACK = 16;
const WANTED = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } };
const REFUSALS = {
  NotAllowedError: "没有用相机的权限", NotFoundError: "没有找到相机", NotReadableError: "相机被别的应用占着",
  Silent: "相机没有画面", Stopped: "相机停了", Missing: "这个浏览器不让网页用相机",
};

const failure = (name) => Object.assign(new Error(name), { name });
const pause = (time) => new Promise((done) => setTimeout(done, time));

// Why the camera did not open, in words.
export const refusalIn = (error) => REFUSALS[error.name] ?? "相机没有打开";

// Load the decoder; fail where it cannot be loaded.
async function loadDecoder(wasm) {
  const url = new URL(wasm, location.href).href;
  const overrides = { locateFile: (path, prefix) => (path.endsWith(".wasm") ? url : prefix + path) };
  try {
    await prepareZXingModule({ overrides, fireImmediately: true });
  } catch (lost) {
    purgeZXingModule(); // so that the next try fetches again
    throw lost;
  }
  return new BarcodeDetector({ formats: ["qr_code"] });
}

export async function makeScanner(root) {
  return new Scanner(root, await loadDecoder(root.dataset.wasm));
}

class Scanner {
  constructor(root, detector) {
    this.root = root;
    this.detector = detector;
    this.video = root.querySelector("video");
    this.running = false;
    this.part("stop").addEventListener("click", () => this.stop("相机停了"));
    this.part("torch").addEventListener("click", (event) => this.light(event.target));
    addEventListener("pagehide", () => this.stop());
    document.addEventListener("visibilitychange", () => this.running && this.stayAwake());
  }

  part(name) {
    return this.root.querySelector(`[data-scan-${name}]`);
  }

  // Say what became of a code, and in large letters whose it is.
  say(words, name = "") {
    if (this.part("said").textContent === words && this.part("name").textContent === name) return;
    this.part("said").textContent = words;
    this.part("name").textContent = name;
  }

  async start() {
    if (!navigator.mediaDevices) throw failure("Missing"); // so it is without HTTPS
    this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
    const [track] = this.stream.getVideoTracks();
    this.track = track;
    track.addEventListener("ended", () => this.track === track && this.stop("相机停了"));
    this.video.srcObject = this.stream;
    this.show(true);
    this.video.play().catch(() => {}); // what is not played shows nothing
    await this.seesSomething();
    this.part("torch").hidden = !track.getCapabilities?.().torch;
    this.running = true;
    this.stayAwake();
    this.look();
  }

  show(on) {
    this.part("view").hidden = this.part("bar").hidden = !on;
    this.part("open").hidden = on;
  }

  async seesSomething() {
    const until = performance.now() + SILENCE;
    while (!this.hasPicture()) {
      const why = !this.track ? "Stopped" : performance.now() > until ? "Silent" : "";
      if (why) {
        this.stop();
        throw failure(why);
      }
      await pause(GAP);
    }
  }

  hasPicture() {
    if (!this.video.videoWidth) return false;
    const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    const context = canvas.getContext("2d");
    context.drawImage(this.video, 0, 0, SIDE, SIDE);
    return context.getImageData(0, 0, SIDE, SIDE).data.some((value, index) => index % 4 < 3 && value > BLACK);
  }

  // Look for codes; what becomes of one is no reason to wait with the next.
  async look() {
    while (this.running) {
      const codes = await this.detector.detect(this.video).catch(() => []);
      for (const code of codes) if (this.running) this.found(code.rawValue, this);
      await pause(GAP);
    }
  }

  stop(words) {
    if (!this.track) return;
    this.running = false;
    this.stream.getTracks().forEach((track) => track.stop());
    this.track = undefined;
    this.awake?.release().catch(() => {});
    this.show(false);
    if (words) this.say(words);
  }

  light(button) {
    const torch = button.getAttribute("aria-pressed") !== "true";
    const lit = this.track.applyConstraints({ advanced: [{ torch }] });
    lit.then(() => button.setAttribute("aria-pressed", torch)).catch(() => (button.hidden = true));
  }

  // Where the browser can: a phone that dims in the middle of the queue holds everybody up.
  async stayAwake() {
    this.awake = await navigator.wakeLock?.request("screen").catch(() => undefined);
    if (!this.running) this.awake?.release();
  }

  async read(photo) {
    const codes = await createImageBitmap(photo).then((picture) => this.detector.detect(picture)).catch(() => []);
    if (!codes.length) return this.say("照片里没认出码，请靠近些、别反光，再拍一张");
    for (const code of codes) this.found(code.rawValue, this);
  }
}
