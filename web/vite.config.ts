import type { Plugin } from "vite";
import { defineConfig } from "vite";
import { emoji } from "./build/emoji.ts";

/** Nothing is drawn before the page knows which theme was chosen. Vite itself would leave the attribute out. */
function firstDrawing(): Plugin {
  const handler = (html: string): string => html.replace('<script type="module"', '$& blocking="render"');
  return { name: "first-drawing", apply: "build", transformIndexHtml: { order: "post", handler } };
}

export default defineConfig({
  plugins: [emoji(), firstDrawing()],
  build: {
    // The server's content policy allows no data: address, so nothing is put into the text.
    assetsInlineLimit: 0,
    // It allows no script in the page either; every browser we support preloads modules itself.
    modulePreload: { polyfill: false },
    target: "es2022",
    // The oldest that know light-dark(): older ones would get each colour twice.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // For build/size.ts: what the page loads at first.
    manifest: true,
    rolldownOptions: {
      input: { page: "index.html", worker: "worker/worker.ts" },
      output: {
        // A worker rules what lies below it, and is known by its name.
        entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  // `npx vite` in this folder shows the page while one works on it, against a server that runs.
  server: { proxy: { "/v1": { target: "http://127.0.0.1:7878", ws: true } } },
});
