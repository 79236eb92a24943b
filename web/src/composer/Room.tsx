import { useText } from "../words/useText.ts";

/** The part of the limit from which on it is of interest. */
const NEAR = 0.85;

/** How much more fits into a message, when it is nearly full. */
export function Room({ bytes, bytesMax }: { bytes: number; bytesMax: number }) {
  const say = useText();
  if (bytes < bytesMax * NEAR) return null;
  const left = bytesMax - bytes;
  return (
    <p className={left < 0 ? "room room-over" : "room"} role="status">
      {left < 0 ? say("composer.over", { bytes: -left }) : say("composer.left", { bytes: left })}
    </p>
  );
}
