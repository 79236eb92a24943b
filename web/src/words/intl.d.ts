/** Makes react-intl take no other ids than those of the catalogue. */
import type { TextId } from "./languages.ts";

declare global {
  namespace FormatjsIntl {
    interface Message {
      ids: TextId;
    }
  }
}
