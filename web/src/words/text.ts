/** Small questions about a text. Pure. */

/** Without case and accents: who looks for Zoe means Zoë, too. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
