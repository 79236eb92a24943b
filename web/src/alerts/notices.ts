/**
 * The system's notifications, one a conversation: the next one takes the place of the one before. Where a
 * page may show none itself, as on phones, its worker does (worker/worker.ts), and says here which was pressed.
 */
import { goTo } from "../route/route.ts";
import icon from "../app/favicon.svg?url";

/** Those of this page, by their conversation. */
const shown = new Map<string, Notification>();

export interface Notice {
  title: string;
  body: string;
  /** Of the conversation. */
  tag: string;
  /** Where a press leads, as it stands in an address. */
  href: string;
}

export function showNotice({ title, body, tag, href }: Notice): void {
  const options: NotificationOptions = { body, icon, tag, silent: true, data: href };
  try {
    const notice = new Notification(title, options);
    shown.set(tag, notice);
    notice.onclick = () => {
      window.focus();
      goTo(href);
      notice.close();
    };
  } catch {
    navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title, options)).catch(() => {});
  }
}

/** From here on a press on one leads into this page. The answer ends that, and takes away what still stands:
 * it is nothing to whoever signs in next. */
export function beginNotices(): () => void {
  const ended = new AbortController();
  navigator.serviceWorker?.addEventListener("message", ({ data }) => goTo(String(data)), { signal: ended.signal });
  return () => {
    ended.abort();
    for (const notice of shown.values()) notice.close();
    shown.clear();
    void closeTheWorkers().catch(() => {});
  };
}

async function closeTheWorkers(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const notice of (await worker?.getNotifications()) ?? []) notice.close();
}
