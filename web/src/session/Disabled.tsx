import { Logo } from "../ui/Logo.tsx";
import { useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { useSignOut } from "./useSignOut.tsx";
import "./welcome.css";

/** Whoever runs the server has disabled the account: nothing of it is shown until they take that back. */
export function Disabled() {
  const parley = useParley();
  const { signOut, busy, question } = useSignOut();
  const say = useText();
  return (
    <main className="welcome">
      <section className="welcome-card">
        <header className="welcome-head">
          <Logo />
          <h1 className="wordmark">Parley</h1>
        </header>
        <div className="welcome-form">
          <p className="problem" role="alert">{say("error.account_disabled")}</p>
          <button type="button" className="button" onClick={() => parley.start()}>{say("session.try_now")}</button>
          <button type="button" className="link" disabled={busy} onClick={() => signOut()}>{say("session.sign_out")}</button>
        </div>
        {question}
      </section>
    </main>
  );
}
