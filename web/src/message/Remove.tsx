/** Asks before a message goes: for everybody, or on one's own devices. */
import type { Seq } from "parley-client";
import type { SheetProps } from "../conversation/Sheets.tsx";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { useComplain } from "../ui/notices.tsx";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";
import { focusLog } from "./focusLog.ts";

export function Remove(props: SheetProps) {
  const parley = useParley();
  const remove = (seq: Seq): Promise<unknown> => parley.delete(props.conversation, seq);
  return <Asked {...props} doing="message.delete" words="message.delete_words" onSure={remove} />;
}

export function Hide(props: SheetProps) {
  const parley = useParley();
  const hide = (seq: Seq): Promise<unknown> => parley.personal.hide(props.conversation, seq);
  return <Asked {...props} doing="message.hide" words="message.hide_words" onSure={hide} />;
}

interface AskedProps extends SheetProps {
  doing: TextId;
  words: TextId;
  onSure: (seq: Seq) => Promise<unknown>;
}

function Asked({ message: { seq }, doing, words, onSure, onDone }: AskedProps) {
  const complain = useComplain();
  const say = useText();
  return (
    <Confirm
      title={say(doing)} doing={say(doing)} onClose={onDone}
      onDo={() => {
        focusLog();
        if (seq !== undefined) void onSure(seq).catch(complain);
      }}
    >
      {say(words)}
    </Confirm>
  );
}
