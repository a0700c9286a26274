// Bundles the page, or its tests.
//
//   node build.mjs           writes ../assets/explore.js and ../assets/explore.css
//   node build.mjs --check   builds again and compares with what is committed
//   node build.mjs --tests   writes build/tests, for `node --test`
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ASSETS = new URL("../assets/", import.meta.url);
const LARGEST = 120_000; // bytes of script and style together, gzipped

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  absWorkingDir: new URL(".", import.meta.url).pathname,
  logLevel: "warning",
};

if (process.argv.includes("--tests")) {
  const tests = readdirSync(new URL("test/", import.meta.url)).filter((name) => name.endsWith(".test.ts"));
  await build({
    ...shared,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir: "build/tests",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    loader: { ".json": "json" },
  });
} else {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: { explore: "src/main.tsx" },
    outdir: "out",
    minify: true,
    legalComments: "inline",
    write: false,
  });
  const bundled = outputFiles.map((file) => ({ name: file.path.split(/[\\/]/).at(-1), text: file.text }));
  const size = bundled.reduce((sum, file) => sum + gzipSync(file.text).length, 0);
  if (size > LARGEST) throw new Error(`the page has ${size} bytes gzipped, more than ${LARGEST}`);
  for (const { name, text } of bundled) {
    const place = new URL(name, ASSETS);
    if (!process.argv.includes("--check")) writeFileSync(place, text);
    else if (readFileSync(place, "utf-8") !== text)
      throw new Error(`${name} is not what its source says: npm run build`);
  }
  console.log(`explore: ${bundled.map((file) => file.name).join(", ")}: ${size} bytes gzipped`);
}
