import { LIMITS } from "parley-client";
import { Field } from "../ui/Field.tsx";
import { useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { deviceName } from "./deviceName.ts";
import { fieldOf, useSubmit, usernameOf } from "./useSubmit.ts";

export function SignUp() {
  const parley = useParley();
  const say = useText();
  const { busy, problem, submit } = useSubmit((form) => {
    const display_name = fieldOf(form, "display_name").trim();
    return parley.signUp({
      username: usernameOf(form), password: fieldOf(form, "password"), device_name: deviceName(say),
      ...(display_name === "" ? {} : { display_name }),
    });
  });
  return (
    <form className="welcome-form" aria-label={say("session.sign_up")} onSubmit={submit}>
      <Field
        label={say("session.name")} name="username" autoComplete="username" autoCapitalize="none"
        spellCheck={false} required autoFocus minLength={LIMITS.username_bytes_min}
        maxLength={LIMITS.username_bytes_max}
        hint={say("session.name_hint")}
      />
      <Field
        label={say("session.display_name")} name="display_name" autoComplete="name"
        maxLength={LIMITS.display_name_chars_max}
      />
      <Field
        label={say("session.password")} name="password" type="password" autoComplete="new-password" required
        minLength={LIMITS.password_bytes_min} maxLength={LIMITS.password_bytes_max}
        hint={say("session.password_hint", { count: LIMITS.password_bytes_min })}
      />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>
        {say(busy ? "session.creating" : "session.create")}
      </button>
    </form>
  );
}
