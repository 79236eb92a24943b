/** Into the clipboard. It rejects where there is none, as at an address without TLS. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
