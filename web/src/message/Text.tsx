import { piecesOf } from "../words/text.ts";

/** What was said, with addresses to follow. It takes its direction from its own first letter and
 * keeps it to itself. */
export function Text({ text }: { text: string }) {
  return (
    <p className="message-text" dir="auto">
      {piecesOf(text).map((piece, i) => (piece.href === undefined
        ? <span key={i}>{piece.text}</span>
        : <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer">{piece.text}</a>))}
    </p>
  );
}
