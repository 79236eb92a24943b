import { useMemo } from "react";
import type { IntlShape } from "react-intl";
import { useIntl } from "react-intl";
import type { TextId } from "./languages.ts";

/** A text of the catalogue in the language of the page. */
export type Say = (id: TextId, values?: Record<string, string | number>) => string;

export function sayIn(intl: IntlShape): Say {
  return (id, values) => intl.formatMessage({ id }, values);
}

export function useText(): Say {
  const intl = useIntl();
  return useMemo(() => sayIn(intl), [intl]);
}
