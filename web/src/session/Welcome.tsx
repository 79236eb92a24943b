/** Who is not signed in sees this. */
import { useState } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { useRoute } from "../route/route.ts";
import { Logo } from "../ui/Logo.tsx";
import { useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { SignIn } from "./SignIn.tsx";
import { SignUp } from "./SignUp.tsx";
import "./welcome.css";

export function Welcome() {
  const say = useText();
  const { invite } = useRoute();
  const [isNew, setIsNew] = useState(false);
  const { reason } = useObservable(useParley().status);
  const wasEnded = reason === "signed_out" || reason === "unauthenticated";
  return (
    <main className="welcome">
      <section className="welcome-card">
        <header className="welcome-head">
          <Logo />
          <h1 className="wordmark">Parley</h1>
          <p>{say(isNew ? "session.welcome_new" : "session.welcome")}</p>
        </header>
        {invite !== undefined && <p className="hint" role="status">{say("invite.sign_in")}</p>}
        {wasEnded && !isNew && (
          <p className="hint" role="status">{say("session.was_ended")}</p>
        )}
        {isNew ? <SignUp /> : <SignIn />}
        <p className="welcome-other">
          {say(isNew ? "session.has_account" : "session.is_new")}{" "}
          <button type="button" className="link" onClick={() => setIsNew(!isNew)}>
            {say(isNew ? "session.sign_in" : "session.sign_up")}
          </button>
        </p>
      </section>
    </main>
  );
}
