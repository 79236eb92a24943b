import { useEffect } from "react";
import { useNow } from "../hooks/useNow.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { attentionOf } from "../list/arrange.ts";
import { useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import plain from "./favicon.svg?url";
import badged from "./favicon-unread.svg?url";

/** A mute ends by itself, and its conversation then counts. */
const REFRESH_MS = 60_000;

/** How much is unread, in the page's title and its icon. */
export function useBadge(): void {
  const say = useText();
  const conversations = useObservable(useParley().conversations);
  useNow(REFRESH_MS);
  const count = attentionOf(conversations, Date.now());
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (icon) icon.href = count > 0 ? badged : plain;
    document.title = count > 0 ? say("app.title_unread", { count }) : "Parley";
    return () => {
      if (icon) icon.href = plain;
      document.title = "Parley";
    };
  }, [count, say]);
}
