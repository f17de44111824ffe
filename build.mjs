// Builds static/dist/: one bundle of scripts, one stylesheet, the icons, the service worker.
// Names carry a hash of the content; assets.json maps the logical name to the hashed one. The files of the former release
// stay beside (former.json), since pages that are open, or kept on phones, still ask for them; those before it go.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = "static/dist/";
const COMMON = {
  bundle: true, minify: true, write: false, outdir: DIST, charset: "utf8", legalComments: "none", logLevel: "warning",
  target: ["chrome88", "safari14.1"],
};
const COMPRESSIBLE = [".js", ".css", ".svg", ".wasm"];
const assets = {};

const digest = (content) => createHash("sha256").update(content).digest("hex").slice(0, 10);

function putHashed(name, content) {
  const ext = extname(name), file = `${basename(name, ext)}-${digest(content)}${ext}`, path = DIST + file;
  assets[name] = file;
  if (existsSync(path)) return; // the name tells the content
  if (COMPRESSIBLE.includes(ext)) {
    writeFileSync(path + ".gz", gzipSync(content, { level: 9 }));
    writeFileSync(path + ".br", brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
  writeFileSync(path, content); // last: it says that all is there
}

function read(name, otherwise) {
  try {
    return JSON.parse(readFileSync(DIST + name, "utf8"));
  } catch {
    return otherwise;
  }
}

// Return the files of the release before this one: the same build made again is no other release.
function formerFiles() {
  const last = Object.values(read("assets.json", {})), now = Object.values(assets);
  return last.some((name) => !now.includes(name)) ? last.filter((name) => !now.includes(name)) : read("former.json", []);
}

async function bundle(entry, options = {}) {
  const { outputFiles } = await build({ ...COMMON, entryPoints: [entry], ...options });
  return outputFiles[0].contents;
}

mkdirSync(DIST, { recursive: true });

putHashed("luhuo.css", await bundle("static/css/luhuo.css"));
putHashed("luhuo.js", await bundle("static/js/luhuo.js", { format: "iife" }));
putHashed("scan.js", await bundle("static/js/scan.js", { format: "esm" }));
putHashed("zxing.wasm", readFileSync("node_modules/zxing-wasm/dist/reader/zxing_reader.wasm"));
for (const name of readdirSync("static/icons")) putHashed(name, readFileSync("static/icons/" + name));

const addresses = (...names) => JSON.stringify(names.map((name) => "/" + DIST + assets[name]));
const worker = await bundle("static/js/sw.js", {
  format: "iife",
  define: { ASSETS: addresses("luhuo.css", "luhuo.js", "icon-192.png"), SCANNER: addresses("scan.js", "zxing.wasm") },
});
writeFileSync(DIST + "sw.js", worker);

const former = formerFiles();
const files = [...Object.values(assets), ...former].flatMap((name) => [name, name + ".gz", name + ".br"]);
const kept = ["sw.js", "assets.json", "former.json", ...files];
writeFileSync(DIST + "former.json", JSON.stringify(former, null, 1) + "\n");
writeFileSync(DIST + "assets.json", JSON.stringify(assets, null, 1) + "\n");
for (const name of readdirSync(DIST)) if (!kept.includes(name)) rmSync(DIST + name);
