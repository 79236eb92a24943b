const encoder = new TextEncoder();

/** As the server counts a text's length: in UTF-8. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}
