import { LIMITS } from "parley-client";
import { Field } from "../ui/Field.tsx";
import { useParley } from "./context.ts";
import { deviceName } from "./deviceName.ts";
import { fieldOf, useSubmit, usernameOf } from "./useSubmit.ts";

export function SignUp() {
  const parley = useParley();
  const { busy, problem, submit } = useSubmit((form) => {
    const display_name = fieldOf(form, "display_name").trim();
    return parley.signUp({
      username: usernameOf(form), password: fieldOf(form, "password"), device_name: deviceName(),
      ...(display_name === "" ? {} : { display_name }),
    });
  });
  return (
    <form className="welcome-form" aria-label="Create an account" onSubmit={submit}>
      <Field
        label="Name" name="username" autoComplete="username" autoCapitalize="none"
        spellCheck={false} required autoFocus minLength={LIMITS.username_bytes_min}
        maxLength={LIMITS.username_bytes_max}
        hint="Small letters a–z, digits, dot, dash, underscore. Others find you by it."
      />
      <Field
        label="What others see (optional)" name="display_name" autoComplete="name"
        maxLength={LIMITS.display_name_chars_max}
      />
      <Field
        label="Password" name="password" type="password" autoComplete="new-password" required
        minLength={LIMITS.password_bytes_min} maxLength={LIMITS.password_bytes_max}
        hint={`At least ${LIMITS.password_bytes_min} characters.`}
      />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>
        {busy ? "Creating the account…" : "Create the account"}
      </button>
    </form>
  );
}
