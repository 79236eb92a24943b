/** What a phone's camera makes of a picture on the screen. */
import type { Locator } from "playwright-core";
import decodeQR from "qr/decode.js";

/** The text of a QR code, read from the pixels that are shown, with what stands around it. */
export async function scan(shown: Locator): Promise<string> {
  await shown.scrollIntoViewIfNeeded();
  const png = (await shown.screenshot()).toString("base64");
  // In a page of its own, whose policy is nobody's.
  const page = await shown.page().context().newPage();
  try {
    const { width, height, pixels } = await page.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
      canvas.drawImage(bitmap, 0, 0);
      return { width: bitmap.width, height: bitmap.height, pixels: [...canvas.getImageData(0, 0, bitmap.width, bitmap.height).data] };
    }, png);
    return decodeQR({ width, height, data: Uint8ClampedArray.from(pixels) });
  } finally {
    await page.close();
  }
}
