import { useObservable } from "../hooks/useObservable.ts";
import { useStore } from "../store/context.ts";
import type { Theme } from "../store/look.ts";
import { Choice } from "../ui/Choice.tsx";
import type { Language } from "../words/languages.ts";
import { LANGUAGES } from "../words/languages.ts";
import { useText } from "../words/useText.ts";

/** What stands for having chosen nothing. */
const SYSTEM = "system";

/** How the page looks here, and what it speaks. */
export function LookPart() {
  const { look } = useStore();
  const { theme, language } = useObservable(look.chosen);
  const say = useText();
  return (
    <>
      <Choice
        label={say("settings.theme")} chosen={theme ?? SYSTEM}
        options={[
          { value: SYSTEM, text: say("settings.system") },
          { value: "light", text: say("settings.light") },
          { value: "dark", text: say("settings.dark") },
        ]}
        onChoose={(value) => look.setTheme(value === SYSTEM ? undefined : value as Theme)}
      />
      <Choice
        label={say("settings.language")} chosen={language ?? SYSTEM}
        options={[
          { value: SYSTEM, text: say("settings.language_system") },
          ...Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, text: name, lang: value })),
        ]}
        onChoose={(value) => look.setLanguage(value === SYSTEM ? undefined : value as Language)}
      />
    </>
  );
}
