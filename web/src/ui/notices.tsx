/** Short words at the foot of the page about something that did not work. */
import type { ReactNode } from "react";
import { createContext, use, useCallback, useEffect, useState } from "react";
import { wordsFor } from "../words/errors.ts";
import { useText } from "../words/useText.ts";

const SHOWN_MS = 6000;

/** Takes what was thrown. */
type Complain = (error: unknown) => void;

const NoticesContext = createContext<Complain>(() => {});

export function useComplain(): Complain {
  return use(NoticesContext);
}

export function Notices({ children }: { children: ReactNode }) {
  const say = useText();
  const [shown, setShown] = useState<{ error: unknown } | undefined>();
  const complain = useCallback((error: unknown) => setShown({ error }), []);

  useEffect(() => {
    if (!shown) return undefined;
    const timer = setTimeout(() => setShown(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);

  return (
    <NoticesContext value={complain}>
      {children}
      <div className="notices" role="status">{shown && <p className="notice">{wordsFor(shown.error, say)}</p>}</div>
    </NoticesContext>
  );
}
