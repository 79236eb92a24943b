import { LIMITS } from "parley-client";
import { useState } from "react";
import { Field } from "../ui/Field.tsx";
import { useParley } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { deviceName } from "./deviceName.ts";
import { fieldOf, useSubmit, usernameOf } from "./useSubmit.ts";

export function SignUp() {
  const parley = useParley();
  const say = useText();
  const [asked, setAsked] = useState(false);
  const [gave, setGave] = useState(false);
  const { busy, problem, code, submit, onInput } = useSubmit((form) => {
    const display_name = fieldOf(form, "display_name").trim();
    const invite_code = fieldOf(form, "invite_code").replace(/\s/g, "");
    setGave(invite_code !== "");
    return parley.signUp({
      username: usernameOf(form), password: fieldOf(form, "password"), device_name: deviceName(say),
      ...(display_name === "" ? {} : { display_name }), ...(invite_code === "" ? {} : { invite_code }),
    });
  });
  // Nothing else tells that the server wants one. It stays once it was wanted: it may be mistyped.
  if (code === "code_refused" && !asked) setAsked(true);
  const words = code === "code_refused" && !gave ? say("session.invite_wanted") : problem;
  return (
    <form className="welcome-form" aria-label={say("session.sign_up")} onSubmit={submit} onInput={onInput}>
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
      {asked && (
        <Field
          label={say("session.invite_code")} name="invite_code" autoComplete="off" autoCapitalize="none" spellCheck={false}
          required autoFocus
        />
      )}
      {words !== undefined && <p className="problem" role="alert">{words}</p>}
      <button type="submit" className="button" disabled={busy}>
        {say(busy ? "session.creating" : "session.create")}
      </button>
    </form>
  );
}
