/** Puts a FILE.br beside every file of dist/ that it makes smaller; tools/embed takes it from there.
 * Here, once and at the highest level, since the server never compresses anything. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { constants, brotliCompressSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest)$/;
/** Below this a compressed copy saves no packet. */
const BYTES_MIN = 1024;

for (const name of readdirSync(DIST, { recursive: true, encoding: "utf8" })) {
  if (!COMPRESSIBLE.test(name) || name.startsWith(".")) continue;
  const bytes = readFileSync(new URL(name, DIST));
  if (bytes.length < BYTES_MIN) continue;
  const packed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  if (packed.length < bytes.length * 0.9) writeFileSync(new URL(`${name}.br`, DIST), packed);
}
