// Builds static/dist/: one bundle of scripts, one stylesheet, the icons, the service worker.
// Names carry a hash of the content; assets.json maps the logical name to the hashed one.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

function put(name, content) {
  writeFileSync(DIST + name, content);
  if (!COMPRESSIBLE.includes(extname(name))) return;
  writeFileSync(DIST + name + ".gz", gzipSync(content, { level: 9 }));
  writeFileSync(DIST + name + ".br", brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

function putHashed(name, content) {
  const ext = extname(name);
  assets[name] = `${basename(name, ext)}-${digest(content)}${ext}`;
  put(assets[name], content);
}

async function bundle(entry, options = {}) {
  const { outputFiles } = await build({ ...COMMON, entryPoints: [entry], ...options });
  return outputFiles[0].contents;
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });

putHashed("luhuo.css", await bundle("static/css/luhuo.css"));
putHashed("luhuo.js", await bundle("static/js/luhuo.js", { format: "iife" }));
putHashed("scan.js", await bundle("static/js/scan.js", { format: "esm" }));
putHashed("zxing.wasm", readFileSync("node_modules/zxing-wasm/dist/reader/zxing_reader.wasm"));
for (const name of readdirSync("static/icons")) putHashed(name, readFileSync("static/icons/" + name));

const precached = ["luhuo.css", "luhuo.js", "icon.svg"].map((name) => "/" + DIST + assets[name]);
const offlinePage = ["base.html", "pwa/offline.html", "pwa/outbox.html"].map((name) => readFileSync("templates/" + name, "utf8"));
const worker = await bundle("static/js/sw.js", {
  format: "iife",
  define: { ASSETS: JSON.stringify(precached), VERSION: JSON.stringify(digest(precached + offlinePage)) },
});
put("sw.js", worker);
writeFileSync(DIST + "assets.json", JSON.stringify(assets, null, 1) + "\n");
