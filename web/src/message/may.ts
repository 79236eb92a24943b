/** What one may do with what stands in a conversation, as far as is known here. Pure. */
import type { ConversationView, MessageView } from "parley-client";

export interface May {
  /** Say something, as an answer or as another text. */
  write: boolean;
  react: boolean;
  /** Take one's own messages away for everybody. */
  remove: boolean;
  /** Any message, as an admin. */
  rule: boolean;
  /** Put a message above the log for everybody; in a group its admins do. */
  pin: boolean;
}

/** Not one that is on its way, nor one that is deleted: there is nothing to do with it. */
export function hasMenu({ seq, deleted }: MessageView): boolean {
  return seq !== undefined && !deleted;
}

/** `isBlocked`: whom one talks to, by oneself. */
export function mayIn(view: ConversationView | undefined, isBlocked: boolean): May {
  if (!view || view.left) return { write: false, react: false, remove: false, rule: false, pin: false };
  const { announce, kind, request, role } = view;
  const rule = role === "admin" || role === "owner";
  return {
    write: !isBlocked && !(announce && role === "member"),
    react: !isBlocked,
    remove: true,
    rule,
    pin: kind === "group" ? rule : !isBlocked && !request,
  };
}
