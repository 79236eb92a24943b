/** What api/ says of every command: tests that go through all of them read it there. */
import { readFileSync, readdirSync } from "node:fs";
import type { CommandName } from "../../../client/src/index.ts";

const api = new URL("../../../api/", import.meta.url);
const read = (name: string): any => JSON.parse(readFileSync(new URL(name, api), "utf8"));

export interface Documented {
  cmd: CommandName;
  needs: "none" | "session";
  appends: boolean;
  errors: string[];
}

/** Every command with its own errors; general ones stand apart. */
export function documented(): Documented[] {
  const mixins = read("mixins.json");
  return readdirSync(api).filter((name) => name.endsWith(".json")).flatMap((name) =>
    Object.entries<any>(read(name).commands ?? {}).map(([cmd, of]) => ({
      cmd: cmd as CommandName,
      needs: of.needs,
      appends: of.use !== undefined,
      errors: [...(of.errors ?? []), ...(of.use ? mixins[of.use].errors : [])],
    })));
}
