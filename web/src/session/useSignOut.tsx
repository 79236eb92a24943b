/** The way out. What no server has goes with it, since nothing is left in the browser: that is asked for first. */
import type { ReactNode } from "react";
import { useState } from "react";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

export interface SignOut {
  /** `ready`: it is known whether one has to be asked. */
  signOut: (ready?: () => void) => void;
  /** The server is told what was begun. */
  busy: boolean;
  /** What has to stand in the page for it. */
  question: ReactNode;
}

export function useSignOut(): SignOut {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const [busy, setBusy] = useState(false);
  /** So much would be lost. */
  const [lost, setLost] = useState(0);
  const leave = (): void => void parley.signOut().catch(complain);
  const signOut = async (ready?: () => void): Promise<void> => {
    setBusy(true);
    const begun = await parley.personal.flushDrafts();
    const unsent = parley.outbox.getSnapshot().filter(({ state }) => state !== "sent");
    setBusy(false);
    ready?.();
    setLost(begun + unsent.length);
    if (begun + unsent.length === 0) leave();
  };
  const question = lost > 0 && (
    <Confirm title={say("session.sign_out")} doing={say("session.sign_out")} onDo={leave} onClose={() => setLost(0)}>
      {say("session.sign_out_words", { count: lost })}
    </Confirm>
  );
  return { signOut: (ready) => void signOut(ready).catch(complain), busy, question };
}
