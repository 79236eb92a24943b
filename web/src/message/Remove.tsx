/** Asks before a message goes: for everybody, on one's own devices, or unsent. */
import type { MessageView } from "parley-client";
import type { SheetProps } from "../conversation/Sheets.tsx";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { useComplain } from "../ui/notices.tsx";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";
import { focusLog } from "./focusLog.ts";

export function Remove(props: SheetProps) {
  const parley = useParley();
  const remove = ({ seq }: MessageView) => seq !== undefined && parley.delete(props.conversation, seq);
  return <Asked {...props} doing="message.delete" words="message.delete_words" onSure={remove} />;
}

export function Hide(props: SheetProps) {
  const parley = useParley();
  const hide = ({ seq }: MessageView) => seq !== undefined && parley.personal.hide(props.conversation, seq);
  return <Asked {...props} doing="message.hide" words="message.hide_words" onSure={hide} />;
}

export function Discard(props: SheetProps) {
  const parley = useParley();
  const discard = ({ key }: MessageView) => key !== undefined && parley.discard(key);
  return <Asked {...props} doing="message.discard" words="message.discard_words" onSure={discard} />;
}

interface AskedProps extends SheetProps {
  doing: TextId;
  words: TextId;
  onSure: (message: MessageView) => Promise<unknown> | false;
}

function Asked({ message, doing, words, onSure, onDone }: AskedProps) {
  const complain = useComplain();
  const say = useText();
  return (
    <Confirm
      title={say(doing)} doing={say(doing)} onClose={onDone}
      onDo={() => {
        focusLog();
        Promise.resolve(onSure(message)).catch(complain);
      }}
    >
      {say(words)}
    </Confirm>
  );
}
