import { useEffect } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { useStore } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import plain from "./favicon.svg?url";
import badged from "./favicon-unread.svg?url";

/** How much is unread, in the page's title and its icon. */
export function useBadge(): void {
  const say = useText();
  const count = useObservable(useStore().list.attention);
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
