import { Suspense, lazy } from "react";
import { Icon } from "../ui/Icon.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useText } from "../words/useText.ts";

const EmojiPicker = lazy(() => import("../emoji/EmojiPicker.tsx"));

/** All emoji, for the text that is being written. */
export function EmojiButton({ onChoose }: { onChoose: (emoji: string) => void }) {
  const say = useText();
  return (
    <Popup label={say("emoji.label")} from="start" button={<Icon name="emoji" />}>
      {(close) => (
        <Suspense fallback={<p className="hint emoji-picker" role="status">{say("app.loading")}</p>}>
          <EmojiPicker
            onChoose={(emoji) => {
              close();
              onChoose(emoji);
            }}
          />
        </Suspense>
      )}
    </Popup>
  );
}
