import { Field } from "../ui/Field.tsx";
import { useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { deviceName } from "./deviceName.ts";
import { fieldOf, useSubmit, usernameOf } from "./useSubmit.ts";

export function SignIn() {
  const parley = useParley();
  const say = useText();
  const { busy, problem, submit } = useSubmit((form) => parley.signIn({
    username: usernameOf(form), password: fieldOf(form, "password"), device_name: deviceName(),
  }));
  return (
    <form className="welcome-form" aria-label={say("session.sign_in")} onSubmit={submit}>
      <Field
        label={say("session.name")} name="username" autoComplete="username" autoCapitalize="none"
        spellCheck={false} required autoFocus
      />
      <Field
        label={say("session.password")} name="password" type="password" autoComplete="current-password" required
      />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>
        {say(busy ? "session.signing_in" : "session.sign_in")}
      </button>
    </form>
  );
}
