/** What the list of one's devices calls this browser. */
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"];
const BROWSERS: [mark: string, name: string][] = [
  ["Firefox/", "Firefox"], ["Edg/", "Edge"], ["OPR/", "Opera"], ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
];

export function deviceName(agent = navigator.userAgent): string {
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1] ?? "Browser";
  const system = SYSTEMS.find((name) => agent.includes(name));
  return system === undefined ? browser : `${browser} on ${system}`;
}
