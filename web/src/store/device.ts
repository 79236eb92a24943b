/**
 * The device that this page is: the library with what a browser gives it to keep things in, to talk
 * by, and to share with its other tabs. The one place that knows of any.
 */
import type { Observable } from "parley-client";
import { Parley, tabsHere } from "parley-client";
import { KeptStorage } from "./kept.ts";

export interface Device {
  parley: Parley;
  /** What happens here is gone with the page: the browser keeps nothing. */
  forgetful: Observable<boolean>;
}

export function newDevice(): Device {
  const storage = new KeptStorage();
  const { forgetful } = storage;
  // A tab that went on under an ended session would show one person what is another's.
  storage.onOtherSession(() => location.reload());
  // Tabs that do not have one storage are strangers.
  const tabs = () => (forgetful.getSnapshot() ? undefined : tabsHere());
  return { parley: new Parley({ base: location.origin, storage, tabs }), forgetful };
}
