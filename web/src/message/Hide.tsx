/** Asks before a message goes on one's own devices. */
import type { SheetProps } from "../conversation/Sheets.tsx";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { focusLog } from "./focusLog.ts";

export function Hide({ conversation, message: { seq }, onDone }: SheetProps) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  return (
    <Confirm
      title={say("message.hide")} doing={say("message.hide")} onClose={onDone}
      onDo={() => {
        focusLog();
        if (seq !== undefined) void parley.personal.hide(conversation, seq).catch(complain);
      }}
    >
      {say("message.hide_words")}
    </Confirm>
  );
}
