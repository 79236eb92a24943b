import { useState } from "react";
import { Field } from "../ui/Field.tsx";
import { useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { deviceName } from "./deviceName.ts";
import { codeOf, fieldOf, useSubmit, usernameOf } from "./useSubmit.ts";

export function SignIn() {
  const parley = useParley();
  const say = useText();
  const [asked, setAsked] = useState(false);
  const { busy, problem, code, submit } = useSubmit((form) => {
    const second = codeOf(form);
    return parley.signIn({
      username: usernameOf(form), password: fieldOf(form, "password"), device_name: deviceName(say),
      ...(second === "" ? {} : { code: second }),
    });
  });
  // It stays once it was wanted: a code may be mistyped.
  if (code === "second_factor_required" && !asked) setAsked(true);
  return (
    <form className="welcome-form" aria-label={say("session.sign_in")} onSubmit={submit}>
      <Field
        label={say("session.name")} name="username" autoComplete="username" autoCapitalize="none"
        spellCheck={false} required autoFocus
      />
      <Field
        label={say("session.password")} name="password" type="password" autoComplete="current-password" required
      />
      {asked && (
        <Field
          label={say("session.code")} name="code" autoComplete="one-time-code" inputMode="numeric" required autoFocus
          hint={say("session.code_hint")}
        />
      )}
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>
        {say(busy ? "session.signing_in" : "session.sign_in")}
      </button>
    </form>
  );
}
