import { Emoji } from "../emoji/Emoji.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useText } from "../words/useText.ts";

/** All emoji, for the text that is being written. */
export function EmojiButton({ onChoose }: { onChoose: (emoji: string) => void }) {
  const say = useText();
  return (
    <Popup label={say("emoji.label")} from="start" button={<Icon name="emoji" />}>
      {(close) => (
        <Emoji
          onChoose={(emoji) => {
            close();
            onChoose(emoji);
          }}
        />
      )}
    </Popup>
  );
}
