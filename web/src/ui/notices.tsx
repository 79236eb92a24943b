/** Short words at the foot of the page: that something did not work, or that it did. A dialog keeps what is
 * behind it from being seen and heard, and so has a place for them of its own. */
import type { ReactNode } from "react";
import { createContext, use, useEffect, useMemo, useState } from "react";
import { wordsFor } from "../words/errors.ts";
import { useText } from "../words/useText.ts";

const SHOWN_MS = 6000;

interface Speaker {
  /** Takes what was thrown. */
  complain(error: unknown): void;
  tell(words: string): void;
}

const NoticesContext = createContext<Speaker>({ complain: () => {}, tell: () => {} });
const WordsContext = createContext<string | undefined>(undefined);

export function useComplain(): Speaker["complain"] {
  return use(NoticesContext).complain;
}

export function useTell(): Speaker["tell"] {
  return use(NoticesContext).tell;
}

export function Notices({ children }: { children: ReactNode }) {
  const say = useText();
  const [shown, setShown] = useState<{ error: unknown } | { words: string } | undefined>();
  const speaker = useMemo<Speaker>(() => ({
    complain: (error) => setShown({ error }),
    tell: (words) => setShown({ words }),
  }), []);

  useEffect(() => {
    if (!shown) return undefined;
    const timer = setTimeout(() => setShown(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);

  return (
    <NoticesContext value={speaker}>
      <WordsContext value={shown && ("words" in shown ? shown.words : wordsFor(shown.error, say))}>
        {children}
        <NoticePlace />
      </WordsContext>
    </NoticesContext>
  );
}

export function NoticePlace() {
  const words = use(WordsContext);
  return <div className="notices" role="status">{words !== undefined && <p className="notice">{words}</p>}</div>;
}
