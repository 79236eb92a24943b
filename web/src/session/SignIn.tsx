import { Field } from "../ui/Field.tsx";
import { useParley } from "./context.ts";
import { deviceName } from "./deviceName.ts";
import { fieldOf, useSubmit, usernameOf } from "./useSubmit.ts";

export function SignIn() {
  const parley = useParley();
  const { busy, problem, submit } = useSubmit((form) => parley.signIn({
    username: usernameOf(form), password: fieldOf(form, "password"), device_name: deviceName(),
  }));
  return (
    <form className="welcome-form" aria-label="Sign in" onSubmit={submit}>
      <Field
        label="Name" name="username" autoComplete="username" autoCapitalize="none"
        spellCheck={false} required autoFocus
      />
      <Field
        label="Password" name="password" type="password" autoComplete="current-password" required
      />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}
