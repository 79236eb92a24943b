/** The way out. What was not sent goes with it, since nothing is left in the browser: that is asked for first. */
import type { ReactNode } from "react";
import { useState } from "react";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

/** Signs out, and what has to stand in the page for it. */
export function useSignOut(): [signOut: () => void, question: ReactNode] {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  /** So much was not sent. */
  const [unsent, setUnsent] = useState(0);
  const leave = (): void => void parley.signOut().catch(complain);
  const ask = (): void => {
    const count = parley.outbox.getSnapshot().filter(({ state }) => state !== "sent").length;
    setUnsent(count);
    if (count === 0) leave();
  };
  const question = unsent > 0 && (
    <Confirm title={say("session.sign_out")} doing={say("session.sign_out")} onDo={leave} onClose={() => setUnsent(0)}>
      {say("session.sign_out_words", { count: unsent })}
    </Confirm>
  );
  return [ask, question];
}
