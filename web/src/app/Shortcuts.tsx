import { byFinger } from "../hooks/byFinger.ts";
import { Dialog } from "../ui/Dialog.tsx";
import type { TextId } from "../words/languages.ts";
import { useText } from "../words/useText.ts";

const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

const KEYS: readonly [TextId, readonly string[]][] = [
  ["keys.switch", [`${MOD} K`]],
  ["keys.next", ["Alt ↓"]],
  ["keys.previous", ["Alt ↑"]],
  ["keys.search", ["/"]],
  ["keys.row_menu", ["Forward", "Shift F10"]],
  ["keys.messages", ["↑", "↓"]],
  ["keys.latest", ["End"]],
  ["keys.send", ["Enter"]],
  ["keys.line", ["Shift Enter"]],
  ["keys.edit", ["↑"]],
  ["keys.cancel", ["Esc"]],
  ["keys.label", ["?"]],
];

/** As a keyboard on the screen has it: a button sends, and what a keyboard beside it has more. */
const FINGER_WAYS: Partial<Record<TextId, readonly string[]>> = { "keys.send": [`${MOD} Enter`], "keys.line": ["Enter"] };
const FINGER_KEYS = KEYS.map(([what, ways]): typeof KEYS[number] => [what, FINGER_WAYS[what] ?? ways]);

/** What keyboards call otherwise. */
const NAMES: { [key: string]: TextId } = { Ctrl: "key.ctrl", Shift: "key.shift", Enter: "key.enter", End: "key.end" };

/** Which keys do what. */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const say = useText();
  // The arrow that points on, as list/rowKeys.ts has it.
  const forward = document.documentElement.dir === "rtl" ? "←" : "→";
  const nameOf = (key: string): string => (key === "Forward" ? forward : NAMES[key] ? say(NAMES[key]) : key);
  return (
    <Dialog title={say("keys.label")} onClose={onClose}>
      <dl className="keys">
        {(byFinger() ? FINGER_KEYS : KEYS).map(([what, ways]) => (
          <div key={what} className="keys-line">
            <dt>{say(what)}</dt>
            {ways.map((way) => (
              <dd key={way} dir="ltr">{way.split(" ").map((key) => <kbd key={key}>{nameOf(key)}</kbd>)}</dd>
            ))}
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
