// The camera and the decoder (ZXing in WebAssembly), loaded when the scanner is opened. A camera that is refused, missing
// or silent for three seconds ends in an error, so that the page can offer the next way; a photo is decoded, too.
import { BarcodeDetector, prepareZXingModule } from "barcode-detector/ponyfill";

const GAP = 120;
const SILENCE = 3000;

const pause = (time) => new Promise((done) => setTimeout(done, time));

export class Scanner {
  constructor(root, found) {
    this.root = root;
    this.found = found;
    this.video = root.querySelector("video");
    this.running = false;
    const wasm = new URL(root.dataset.wasm, location.href).href;
    prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) } });
    this.detector = new BarcodeDetector({ formats: ["qr_code"] });
    root.querySelector("[data-scan-photo]").addEventListener("change", (event) => this.readPhoto(event.target));
  }

  say(words) {
    this.root.querySelector("[data-scan-said]").textContent = words;
  }

  // Put a line on top of the list; return the place for what becomes of it.
  list(name, words) {
    const row = document.createElement("li"), title = document.createElement("b"), said = document.createElement("span");
    title.textContent = name;
    said.textContent = words;
    said.className = "sub";
    row.append(title, said);
    this.root.querySelector("[data-scan-list]").prepend(row);
    return said;
  }

  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" } } });
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    await this.video.play();
    await this.seesSomething();
    addEventListener("pagehide", () => this.stop());
    this.running = true;
    this.look();
  }

  async seesSomething() {
    const until = performance.now() + SILENCE;
    while (!this.video.videoWidth) {
      if (performance.now() > until) {
        this.stop();
        throw new Error("the camera shows nothing");
      }
      await pause(GAP);
    }
  }

  async look() {
    while (this.running) {
      const codes = await this.detector.detect(this.video).catch(() => []);
      for (const code of codes) if (this.running) await this.found(code.rawValue, this);
      await pause(GAP);
    }
  }

  stop() {
    this.running = false;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.video.hidden = true;
  }

  async readPhoto(input) {
    const [code] = await this.detector.detect(await createImageBitmap(input.files[0])).catch(() => []);
    input.value = "";
    if (!code) return this.say("照片里没认出码，请靠近些、别反光，再拍一张");
    await this.found(code.rawValue, this);
  }
}
