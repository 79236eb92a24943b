import type { Say } from "../words/useText.ts";

const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"];
const BROWSERS: [mark: string, name: string][] = [
  ["Firefox/", "Firefox"], ["Edg/", "Edge"], ["OPR/", "Opera"], ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
];

/** What the list of one's devices calls this browser. */
export function deviceName(say: Say, agent = navigator.userAgent): string {
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1] ?? "Browser";
  const system = SYSTEMS.find((name) => agent.includes(name));
  return system === undefined ? browser : say("devices.called", { browser, system });
}
