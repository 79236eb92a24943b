import { useLostFocus } from "../hooks/useLostFocus.ts";
import { copyText } from "../ui/copyText.ts";
import { useComplain, useTell } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

/** The codes for who has lost their authenticator: the server tells them once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const say = useText();
  const tell = useTell();
  const complain = useComplain();
  const head = useLostFocus<HTMLHeadingElement>();
  const copy = (): void => {
    copyText(codes.join("\n")).then(() => tell(say("message.copied")), complain);
  };
  return (
    <section className="settings-form" aria-label={say("factor.codes")}>
      <h2 ref={head} className="settings-head" tabIndex={-1}>{say("factor.codes")}</h2>
      <p className="settings-words">{say("factor.codes_words")}</p>
      <ul className="secret secret-list" dir="ltr">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
      <button type="button" className="button button-quiet" onClick={copy}>{say("message.copy")}</button>
      <button type="button" className="button" onClick={onKept}>{say("factor.kept")}</button>
    </section>
  );
}
