// Writes ../static anew: styles, scripts, fonts, the QR reader, licences, and manifest.json.
//
// File names are stable; pages ask for them with a piece of their SHA-256 (manifest "files"), so a browser may
// keep them for ever. "sources" is the SHA-256 of what they were built from: a test compares it, so that nobody
// commits a source without its build.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static");
const modules = join(here, "node_modules");

const COPIES = {
  "zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
  "jbig2.wasm": "pdfjs-dist/wasm/jbig2.wasm",
  "openjpeg.wasm": "pdfjs-dist/wasm/openjpeg.wasm",
  ...Object.fromEntries(
    ["latin", "vietnamese"].flatMap((subset) =>
      [400, 700].map((weight) => {
        const name = `be-vietnam-pro-${subset}-${weight}-normal.woff2`;
        return [`fonts/${name}`, `@fontsource/be-vietnam-pro/files/${name}`];
      }),
    ),
  ),
  "licences/be-vietnam-pro.txt": "@fontsource/be-vietnam-pro/LICENSE",
  "licences/cborg.txt": "cborg/LICENSE",
  "licences/echarts.txt": "echarts/LICENSE",
  "licences/zrender.txt": "zrender/LICENSE",
  "licences/fflate.txt": "fflate/LICENSE",
  "licences/idb.txt": "idb/LICENSE",
  "licences/htmx.txt": "htmx.org/LICENSE",
  "licences/pdfjs-dist.txt": "pdfjs-dist/LICENSE",
  "licences/pdfjs-jbig2.txt": "pdfjs-dist/wasm/LICENSE_JBIG2",
  "licences/pdfjs-openjpeg.txt": "pdfjs-dist/wasm/LICENSE_OPENJPEG",
  "licences/zxing-wasm.txt": "zxing-wasm/LICENSE",
};
const SCRIPTS = ["site", "scanner", "verifying", "reader", "pages", "keeper", "demo", "agency", "live", "coverage", "chart"];

const SOURCES = ["scripts", "styles", "images", "licences"];
const SCHEMAS = "../../formats/data"; // of the contents of certificates, which the verifier in the browser asks too

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

function sourcesDigest() {
  const names = ["build.mjs", "package.json", "package-lock.json"]
    .concat([...SOURCES, SCHEMAS].flatMap((folder) => filesUnder(join(here, folder)).map((n) => `${folder}/${n}`)))
    .sort();
  return sha256(names.map((name) => `${name} ${sha256(readFileSync(join(here, name)))}\n`).join(""));
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

await esbuild.build({
  entryPoints: SCRIPTS.map((name) => join(here, "scripts", `${name}.js`)),
  outdir: target,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2020"],
  legalComments: "none",
});

for (const [name, source] of Object.entries(COPIES)) {
  mkdirSync(dirname(join(target, name)), { recursive: true });
  cpSync(join(modules, source), join(target, name));
}
cpSync(join(here, "images"), target, { recursive: true });
cpSync(join(here, "licences"), join(target, "licences"), { recursive: true }); // of packages that carry none

const hashed = (name) => sha256(readFileSync(join(target, name))).slice(0, 16);
const sheet = sass.compile(join(here, "styles", "site.scss"), { loadPaths: [modules], quietDeps: true });
const styles = (await esbuild.transform(sheet.css, { loader: "css", minify: true })).code;
writeFileSync(join(target, "site.css"), styles.replace(/url\((fonts\/[^)]+)\)/g, (_, name) => `url(${name}?v=${hashed(name)})`));

const files = Object.fromEntries(filesUnder(target).map((name) => [name, hashed(name)]));
writeFileSync(join(target, "manifest.json"), `${JSON.stringify({ sources: sourcesDigest(), files }, null, 1)}\n`);
