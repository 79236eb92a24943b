/** What may be done with a message; the same object while the conversation is open. */
import { createContext, use, useMemo } from "react";
import type { Id, MessageView } from "parley-client";
import { useParley } from "../session/context.ts";
import { useComplain } from "../ui/notices.tsx";

export interface MessageActions {
  reply(message: MessageView): void;
  edit(message: MessageView): void;
  remove(message: MessageView): void;
  /** An empty emoji takes the reaction back. */
  react(message: MessageView, emoji: string): void;
  retry(message: MessageView): void;
  discard(message: MessageView): void;
}

const NOTHING: MessageActions = {
  reply() {}, edit() {}, remove() {}, react() {}, retry() {}, discard() {},
};

export const MessageActionsContext = createContext<MessageActions>(NOTHING);

export function useActions(): MessageActions {
  return use(MessageActionsContext);
}

export function useMessageActions(
  conversation: Id | undefined,
  reply: (message: MessageView) => void,
  edit: (message: MessageView) => void,
): MessageActions {
  const parley = useParley();
  const complain = useComplain();
  return useMemo(() => ({
    reply,
    edit,
    remove({ seq }) {
      if (conversation === undefined || seq === undefined) return;
      parley.delete(conversation, seq).catch(complain);
    },
    react({ seq }, emoji) {
      if (conversation === undefined || seq === undefined) return;
      parley.react(conversation, seq, emoji).catch(complain);
    },
    retry({ key }) {
      if (key !== undefined) void parley.retry(key);
    },
    discard({ key }) {
      if (key !== undefined) void parley.discard(key);
    },
  }), [parley, complain, conversation, reply, edit]);
}
