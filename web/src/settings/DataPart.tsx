/** What one has here: to take along, or to be gone. */
import { useState } from "react";
import { codeOf, fieldOf, useSubmit } from "../session/useSubmit.ts";
import { useParley } from "../store/context.ts";
import { Field } from "../ui/Field.tsx";
import { useText } from "../words/useText.ts";
import { saveAs } from "./saveAs.ts";

export function DataPart() {
  return (
    <>
      <Export />
      <Delete />
    </>
  );
}

function Export() {
  const parley = useParley();
  const say = useText();
  const { busy, problem, submit } = useSubmit(async () => {
    const text = await (await parley.exportAccount()).text();
    // One that was cut short is no JSON, and better refused than kept.
    JSON.parse(text);
    saveAs("parley-export.json", new Blob([text], { type: "application/json" }));
  });
  return (
    <form className="settings-form" aria-label={say("data.export")} onSubmit={submit}>
      <h2 className="settings-head">{say("data.export")}</h2>
      <p className="settings-words">{say("data.export_words")}</p>
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>{say(busy ? "data.exporting" : "data.export")}</button>
    </form>
  );
}

function Delete() {
  const parley = useParley();
  const say = useText();
  const [asked, setAsked] = useState(false);
  const { busy, problem, code, submit } = useSubmit((form) => {
    const second = codeOf(form);
    return parley.deleteAccount(fieldOf(form, "password"), second === "" ? undefined : second);
  });
  if (code === "second_factor_required" && !asked) setAsked(true);
  return (
    <form className="settings-form" aria-label={say("data.delete")} onSubmit={submit}>
      <h2 className="settings-head">{say("data.delete")}</h2>
      <p className="settings-words">{say("data.delete_words")}</p>
      <Field label={say("session.password")} name="password" type="password" autoComplete="current-password" required />
      {asked && <Field label={say("session.code")} name="code" autoComplete="one-time-code" required hint={say("session.code_hint")} />}
      <label className="choice-option">
        <input type="checkbox" required />
        {say("data.delete_sure")}
      </label>
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button button-danger" disabled={busy}>{say("data.delete")}</button>
    </form>
  );
}
