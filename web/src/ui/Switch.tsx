/** Something that is on or off. */
export function Switch({ text, on, onTurn }: { text: string; on: boolean; onTurn: () => void }) {
  return (
    <button type="button" className="switch" role="switch" aria-checked={on} onClick={onTurn}>
      <span className="switch-text">{text}</span>
      <span className="switch-track" aria-hidden="true"><span className="switch-thumb" /></span>
    </button>
  );
}
