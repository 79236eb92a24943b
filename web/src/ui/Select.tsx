import { useId } from "react";

export interface SelectProps {
  label: string;
  hint?: string;
  chosen: string;
  options: readonly { value: string; text: string }[];
  onChoose: (value: string) => void;
}

/** One of several, in a line. */
export function Select({ label, hint, chosen, options, onChoose }: SelectProps) {
  const id = useId();
  return (
    <div className="select">
      <label htmlFor={id}>{label}</label>
      <select
        id={id} value={chosen} aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChoose(event.target.value)}
      >
        {options.map(({ value, text }) => <option key={value} value={value}>{text}</option>)}
      </select>
      {hint !== undefined && <p id={`${id}-hint`} className="field-hint">{hint}</p>}
    </div>
  );
}
