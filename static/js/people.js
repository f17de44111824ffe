// The host's scanner of members' own codes, one after another. What was scanned is kept on the phone and sent beside;
// each code has a line of its own, which says what became of it.
const OWN = /\/p\/([A-Z2-7]+)$/i;
const MAC = 16;
const AGAIN = 4000; // out of sight for so long, the code was shown again
const CHANGED = "outbox-changed";
const SAVING = "正在存";
const LATER = { waiting: "存在手机里，联网后自动交", login: "存在手机里，重新登录后自动交", other: "存在手机里，您本人登录后自动交" };

function knownPeople() {
  const known = new Map();
  document.querySelectorAll("[data-scan-names] li").forEach((one) => known.set(one.dataset.code, one));
  return known;
}

// Make a line on top of the list.
function newRow(name) {
  const row = document.createElement("li"), title = document.createElement("b"), said = document.createElement("span");
  title.textContent = name;
  row.className = "split";
  row.append(title, said);
  document.querySelector("[data-scan-list]").prepend(row);
  document.querySelector("[data-scan-done]").hidden = false;
  return row;
}

class Scans {
  constructor(root, keep) {
    this.root = root;
    this.keep = keep;
    this.known = knownPeople();
    this.scans = new Map();
    document.addEventListener(CHANGED, ({ detail }) => detail && this.judged(detail));
  }

  found(text, scanner) {
    const code = OWN.exec(text)?.[1]?.toUpperCase();
    if (!code) return scanner.say("这不是本人码。请让本人打开“我的 · 本人码”。");
    const scan = this.scans.get(code) ?? this.first(code);
    const isNew = Date.now() - scan.seen > AGAIN;
    scan.seen = Date.now();
    if (!isNew) return;
    this.scanner = scanner;
    if (scan.state === "stored") return scanner.say("已经签过了", scan.name);
    if (scan.state === "waiting") return scanner.say("已经扫过了，存在手机里", scan.name);
    this.send(scan);
  }

  first(code) {
    const one = this.known.get(code.slice(0, -MAC)), name = one?.textContent ?? "名单外的人";
    const state = one?.hasAttribute("data-came") ? "stored" : "new";
    const scan = { code, name, state, isKnown: Boolean(one), seen: 0, row: newRow(name) };
    this.scans.set(code, scan);
    this.tell(scan, state === "stored" ? "已经签过了" : "");
    return scan;
  }

  send(scan) {
    navigator.vibrate?.(60);
    scan.state = "waiting";
    this.last = scan;
    this.tell(scan, SAVING);
    this.scanner.say(scan.isKnown ? "扫到了" : "不在应到名单里，等核对", scan.name);
    const { key, kept } = this.keep(this.root.dataset.url, "扫本人码", scan.name, [["code", scan.code]]);
    scan.key = key;
    kept.then(
      () => scan.row.lastChild.textContent === SAVING && this.tell(scan, LATER.waiting),
      () => this.tell(scan, "这部手机存不下，没有签到，请按名单补签", "returned"),
    );
  }

  // What the server said of something that was sent from here.
  judged({ key, state, words }) {
    const scan = [...this.scans.values()].find((one) => one.key === key);
    if (!scan) return;
    if (LATER[state]) return this.tell(scan, LATER[state]);
    const short = words.startsWith(scan.name) ? words.slice(scan.name.length).replace(/^，/, "") : words;
    this.tell(scan, short, state);
    if (this.last === scan || state !== "stored") this.scanner.say(short, scan.name);
  }

  tell(scan, words, state = scan.state) {
    scan.state = state;
    scan.row.lastChild.textContent = words;
    scan.row.lastChild.classList.toggle("c-late", state === "returned");
    const counted = [...this.scans.values()].filter((one) => one.state === "stored" || (one.state === "waiting" && one.isKnown));
    document.querySelectorAll("[data-scan-count]").forEach((place) => (place.textContent = `已扫 ${counted.length} 人`));
  }
}

// Return what the scanner does with each code; `keep` keeps on the phone and sends.
export function people(root, keep) {
  const scans = new Scans(root, keep);
  return (text, scanner) => scans.found(text, scanner);
}
