/** Who is not signed in sees this. */
import { useState } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { Logo } from "../ui/Logo.tsx";
import { useParley } from "./context.ts";
import { SignIn } from "./SignIn.tsx";
import { SignUp } from "./SignUp.tsx";
import "./welcome.css";

export function Welcome() {
  const [isNew, setIsNew] = useState(false);
  const { reason } = useObservable(useParley().status);
  const wasEnded = reason === "signed_out" || reason === "unauthenticated";
  return (
    <main className="welcome">
      <section className="welcome-card">
        <header className="welcome-head">
          <Logo />
          <h1 className="wordmark">Parley</h1>
          <p>{isNew ? "Make an account on this server." : "Good to see you."}</p>
        </header>
        {wasEnded && !isNew && (
          <p className="hint" role="status">This device was signed out.</p>
        )}
        {isNew ? <SignUp /> : <SignIn />}
        <p className="welcome-other">
          {isNew ? "You have an account?" : "New here?"}{" "}
          <button type="button" className="link" onClick={() => setIsNew(!isNew)}>
            {isNew ? "Sign in" : "Create an account"}
          </button>
        </p>
      </section>
    </main>
  );
}
