import { Logo } from "../ui/Logo.tsx";
import { useText } from "../words/useText.ts";

/** No conversation is open. */
export function Nothing() {
  const say = useText();
  return (
    <main className="nothing">
      <Logo />
      <p>{say("app.nothing")}</p>
    </main>
  );
}
