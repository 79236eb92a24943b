/** What may be done with a message; the same object while the conversation is open. */
import { createContext, use, useMemo } from "react";
import type { Appended, ConversationView, Id, MessageView, Seq } from "parley-client";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";
import { copyText } from "../ui/copyText.ts";
import { useComplain } from "../ui/notices.tsx";
import { mayIn } from "./may.ts";

/** What the conversation does with it itself. */
export interface TalkActions {
  reply(message: MessageView): void;
  edit(message: MessageView): void;
  forward(message: MessageView): void;
  /** Shows how far it got. */
  info(message: MessageView): void;
  /** Takes it away for everybody, once one is sure. */
  remove(message: MessageView): void;
  /** The same for oneself. */
  hide(message: MessageView): void;
  /** Gives one up that was refused, once one is sure. */
  discard(message: MessageView): void;
  /** Goes to a message, wherever in the history it stands. */
  show(seq: Seq): void;
}

export interface MessageActions extends TalkActions {
  mayWrite: boolean;
  mayReact: boolean;
  copy(message: MessageView): void;
  /** Whether one may take it away for everybody: one's own, or any as an admin. */
  mayRemove(message: MessageView): boolean;
  mayPin: boolean;
  isPinned(message: MessageView): boolean;
  /** For everybody. */
  pin(message: MessageView, pinned: boolean): void;
  /** An empty emoji takes the reaction back. */
  react(message: MessageView, emoji: string): void;
  retry(message: MessageView): void;
}

export const MessageActionsContext = createContext<MessageActions | undefined>(undefined);

export function useActions(): MessageActions {
  const actions = use(MessageActionsContext);
  if (!actions) throw new Error("outside of MessageActionsContext");
  return actions;
}

export function useMessageActions(view: ConversationView | undefined, talk: TalkActions): MessageActions {
  const conversation = view?.conversation;
  const parley = useParley();
  const isBlocked = useObservable(parley.blocked).includes(view?.peer ?? "");
  const { write, react, remove, rule, pin } = mayIn(view, isBlocked);
  const complain = useComplain();
  return useMemo(() => {
    /** What stands on the server, and its conversation with it. */
    const act = ({ seq }: MessageView, command: (id: Id, seq: Seq) => Promise<Appended>): void => {
      if (conversation !== undefined && seq !== undefined) command(conversation, seq).catch(complain);
    };
    return {
      ...talk,
      mayWrite: write,
      mayReact: react,
      copy: ({ text }) => void copyText(text ?? "").catch(complain),
      mayRemove: ({ own }) => (own ? remove : rule),
      mayPin: pin,
      isPinned: ({ seq }) => parley.pins(conversation ?? "").getSnapshot()?.some(({ message }) => message.seq === seq) ?? false,
      pin: (message, pinned) => act(message, (id, seq) => (pinned ? parley.pin(id, seq) : parley.unpin(id, seq))),
      react: (message, emoji) => act(message, (id, seq) => parley.react(id, seq, emoji)),
      retry({ key }) {
        if (key !== undefined) void parley.retry(key).catch(complain);
      },
    };
  }, [parley, complain, conversation, write, react, remove, rule, pin, talk]);
}
