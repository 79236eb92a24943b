import { Suspense } from "react";
import { CatchTrouble } from "../app/Trouble.tsx";
import { later } from "../ui/later.tsx";
import { useText } from "../words/useText.ts";

const EmojiPicker = later(() => import("./EmojiPicker.tsx"));

/** The picker, in what has opened for it; where it cannot be had, a way to try again. */
export function Emoji({ onChoose }: { onChoose: (emoji: string) => void }) {
  const say = useText();
  return (
    <CatchTrouble
      instead={(again) => (
        <div className="emoji-picker" role="alert">
          <p className="hint">{say("app.trouble_part")}</p>
          <button type="button" className="button" onClick={again}>{say("app.retry")}</button>
        </div>
      )}
    >
      <Suspense fallback={<p className="hint emoji-picker" role="status">{say("app.loading")}</p>}>
        <EmojiPicker onChoose={onChoose} />
      </Suspense>
    </CatchTrouble>
  );
}
