/**
 * The device that this page is: the library with what a browser gives it to keep things in and to
 * talk by. The one place that knows of either.
 */
import { Parley } from "parley-client";
import { TabStorage } from "../session/tabStorage.ts";

export function newDevice(): Parley {
  const storage = new TabStorage();
  // A tab that went on under an ended session would show one person what is another's.
  storage.onOtherSession(() => location.reload());
  return new Parley({ base: location.origin, storage });
}
