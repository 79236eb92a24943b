/** Asks before a message goes for everybody. */
import type { SheetProps } from "../conversation/Sheets.tsx";
import { useParley } from "../store/context.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { focusLog } from "./focusLog.ts";

export function Remove({ conversation, message: { seq }, onDone }: SheetProps) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  return (
    <Confirm
      title={say("message.delete")} doing={say("message.delete")} onClose={onDone}
      onDo={() => {
        focusLog();
        if (seq !== undefined) void parley.delete(conversation, seq).catch(complain);
      }}
    >
      {say("message.delete_words")}
    </Confirm>
  );
}
