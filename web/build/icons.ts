/** Draws the icons of the installed page from its favicon: `node build/icons.ts`, when that has changed.
 * What is "maskable" is cut to any shape by the system, so its drawing keeps away from the edges. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const SVG = readFileSync(new URL("../src/app/favicon.svg", import.meta.url), "utf8");
const GROUND = "#2c6454";
const ICONS = [
  { name: "icon-192", size: 192, part: 1 },
  { name: "icon-512", size: 512, part: 1 },
  { name: "maskable-512", size: 512, part: 0.72, ground: GROUND },
  { name: "touch-180", size: 180, part: 0.86, ground: GROUND },
];

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", chromiumSandbox: process.getuid?.() !== 0,
});
const page = await browser.newPage();
for (const { name, size, part, ground } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<body style="margin:0;display:grid;place-content:center;height:100vh;background:${ground ?? "transparent"}">
    <img style="width:${size * part}px" src="data:image/svg+xml;base64,${btoa(SVG)}">`);
  const path = fileURLToPath(new URL(`../public/icons/${name}.png`, import.meta.url));
  await page.screenshot({ path, omitBackground: true });
}
await browser.close();
