// Bundle src/ for the browser into ../bundle/, with the fonts and the licences of all bundled packages.
// `node build.js [FOLDER]`; the same sources and lock file give the same files.

import { build } from "esbuild";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "bundle");

const FONTS = [
  { family: "IBM Plex Sans", package: "ibm-plex-sans", weight: 400, style: "normal" },
  { family: "IBM Plex Sans", package: "ibm-plex-sans", weight: 400, style: "italic" },
  { family: "IBM Plex Sans", package: "ibm-plex-sans", weight: 600, style: "normal" },
  { family: "IBM Plex Mono", package: "ibm-plex-mono", weight: 400, style: "normal" },
  { family: "IBM Plex Mono", package: "ibm-plex-mono", weight: 600, style: "normal" },
];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const packages = new Set([...(await bundleScripts()), ...(await copyFonts())]);
await writeFile(join(out, "THIRD-PARTY.txt"), await collectLicences([...packages].sort()));

/** Bundle the scripts, and return the packages that are included. */
async function bundleScripts() {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ["src/try.js", "src/compare.js"],
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    chunkNames: "[name]-[hash]",
    legalComments: "none",
    charset: "utf8",
    metafile: true,
    logLevel: "warning",
  });
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return bundled.filter(([, { bytesInOutput }]) => bytesInOutput > 0).flatMap(([path]) => packageOf(path));
}

/** @param {string} path */
function packageOf(path) {
  const match = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  return match ? [match[1]] : [];
}

/** Copy the fonts and write their style sheet, and return the packages that they are from. */
async function copyFonts() {
  const rules = FONTS.map(async ({ family, package: name, weight, style }) => {
    const file = `${name}-latin-${weight}-${style}.woff2`;
    await copyFile(join(here, "node_modules/@fontsource", name, "files", file), join(out, file));
    const source = await readFile(join(here, "node_modules/@fontsource", name, "unicode.json"), "utf8");
    return fontFace(family, weight, style, file, JSON.parse(source).latin);
  });
  await writeFile(join(out, "fonts.css"), (await Promise.all(rules)).join(""));
  return FONTS.map(({ package: name }) => `@fontsource/${name}`);
}

/**
 * @param {string} family
 * @param {number} weight
 * @param {string} style
 * @param {string} file
 * @param {string} range
 */
function fontFace(family, weight, style, file, range) {
  const descriptors = {
    "font-family": `"${family}"`,
    "font-style": style,
    "font-weight": weight,
    "font-display": "swap",
  };
  const lines = Object.entries({ ...descriptors, src: `url("${file}") format("woff2")`, "unicode-range": range });
  return `@font-face {\n${lines.map(([name, value]) => `  ${name}: ${value};\n`).join("")}}\n`;
}

/** Return the licence of each package. @param {string[]} names */
async function collectLicences(names) {
  const parts = names.map(async (name) => {
    const folder = join(here, "node_modules", name);
    const { version, license, author } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    if (!texts.length) texts.push(await standardLicence(license, author));
    return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join("\n\n");
  });
  return `What is bundled here, and its licences.\n\n${(await Promise.all(parts)).join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

/**
 * Return the text of a licence that a package declares but does not contain.
 * @param {string} license
 * @param {string | { name: string }} author
 */
async function standardLicence(license, author) {
  const holder = typeof author === "string" ? author : author.name;
  return `Copyright (c) ${holder}\n\n${await readFile(join(here, `${license}.txt`), "utf8")}`;
}
