import { LIMITS } from "parley-client";
import { useRef } from "react";
import { fieldOf, useSubmit } from "../session/useSubmit.ts";
import { useParley } from "../store/context.ts";
import { Field } from "../ui/Field.tsx";
import { useTell } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

export function PasswordPart() {
  const parley = useParley();
  const tell = useTell();
  const say = useText();
  const shown = useRef<HTMLFormElement>(null);
  const { busy, problem, submit, onInput } = useSubmit(async (form) => {
    await parley.request("account.set_password", {
      old_password: fieldOf(form, "old"), new_password: fieldOf(form, "new"), end_others: form.has("end_others"),
    });
    shown.current?.reset();
    tell(say("password.changed"));
  });
  return (
    <form ref={shown} className="settings-form" aria-label={say("settings.password")} onSubmit={submit} onInput={onInput}>
      <Field label={say("password.old")} name="old" type="password" autoComplete="current-password" required />
      <Field
        label={say("password.new")} name="new" type="password" autoComplete="new-password" required
        minLength={LIMITS.password_bytes_min} maxLength={LIMITS.password_bytes_max}
        hint={say("session.password_hint", { count: LIMITS.password_bytes_min })}
      />
      <label className="choice-option">
        <input type="checkbox" name="end_others" defaultChecked />
        {say("password.end_others")}
      </label>
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>{say("password.change")}</button>
    </form>
  );
}
