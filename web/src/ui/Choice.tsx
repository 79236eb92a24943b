import { useId } from "react";

export interface ChoiceProps {
  label: string;
  chosen: string;
  options: readonly { value: string; text: string; lang?: string }[];
  onChoose: (value: string) => void;
}

/** One of a few. */
export function Choice({ label, chosen, options, onChoose }: ChoiceProps) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      {options.map(({ value, text, lang }) => (
        <label key={value} className="choice-option">
          <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
          <span lang={lang}>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
