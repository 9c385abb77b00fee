// Writes a compressed copy beside each file of the build. The program sends these copies.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const dist = new URL("dist/", import.meta.url).pathname;
const encoders = [
  [".br", (text) => promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } })],
  [".gz", (text) => promisify(gzip)(text, { level: 9 })],
];

for (const file of await readdir(dist, { recursive: true })) {
  // The page itself is not compressed: it is small, and each response has another nonce.
  if (!/\.(js|css|svg|json|map)$/.test(file)) continue;

  const text = await readFile(join(dist, file));
  for (const [suffix, encode] of encoders) {
    const encoded = await encode(text);
    if (encoded.length < text.length) await writeFile(join(dist, file + suffix), encoded);
  }
}
