import { useEffect, useState } from "react";
import type { Person } from "parley-client";
import { LIMITS } from "parley-client";
import { useParley } from "../store/context.ts";

/** A pause in typing. */
const SETTLE_MS = 150;

export interface Search {
  /** Absent while nothing was found out yet. */
  people?: readonly Person[];
  error?: unknown;
}

/** People whose name begins so, as one types. */
export function useSearch(typed: string): Search {
  const parley = useParley();
  const prefix = typed.trim().replace(/^@/, "").toLowerCase();
  const [search, setSearch] = useState<Search>({});

  useEffect(() => {
    setSearch({});
    const impossible = prefix === "" || [...prefix].length > LIMITS.username_chars_max ||
      /[^\p{L}\p{M}\p{Nd}._-]/u.test(prefix);
    if (impossible) {
      if (prefix !== "") setSearch({ people: [] });
      return undefined;
    }
    let over = false;
    const timer = setTimeout(() => {
      parley.request("user.search", { prefix }).then(
        ({ users }) => !over && setSearch({ people: users }),
        (error: unknown) => !over && setSearch({ error }),
      );
    }, SETTLE_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [parley, prefix]);

  return search;
}
