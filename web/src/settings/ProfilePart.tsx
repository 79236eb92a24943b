/** What others see of one: two forms, since the name one is found by takes the password. */
import type { OwnAccount } from "parley-client";
import { LIMITS } from "parley-client";
import { Avatar } from "../people/Avatar.tsx";
import { fieldOf, useSubmit, usernameOf } from "../session/useSubmit.ts";
import { useParley } from "../store/context.ts";
import { Field } from "../ui/Field.tsx";
import { useTell } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { useAccount } from "./useAccount.ts";
import { Waiting } from "./Waiting.tsx";

export function ProfilePart() {
  const [account, again] = useAccount();
  if (!account.value) return <Waiting loaded={account} />;
  return (
    <>
      <div className="settings-face"><Avatar id={account.value.user} name={account.value.display_name} /></div>
      <Seen account={account.value} onSaved={again} />
      <Username account={account.value} onSaved={again} />
    </>
  );
}

function Seen({ account, onSaved }: { account: OwnAccount; onSaved: () => void }) {
  const parley = useParley();
  const tell = useTell();
  const say = useText();
  const { busy, problem, submit, onInput } = useSubmit(async (form) => {
    await parley.setProfile({ display_name: fieldOf(form, "display_name").trim(), about: fieldOf(form, "about").trim() });
    tell(say("settings.saved"));
    onSaved();
  });
  return (
    <form className="settings-form" aria-label={say("settings.seen")} onSubmit={submit} onInput={onInput}>
      <Field
        label={say("settings.display_name")} name="display_name" autoComplete="name" required
        defaultValue={account.display_name} maxLength={LIMITS.display_name_chars_max}
      />
      <Field label={say("settings.about")} name="about" defaultValue={account.about} maxLength={LIMITS.about_bytes_max} />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>{say("settings.save")}</button>
    </form>
  );
}

function Username({ account, onSaved }: { account: OwnAccount; onSaved: () => void }) {
  const parley = useParley();
  const tell = useTell();
  const say = useText();
  const { busy, problem, submit, onInput } = useSubmit(async (form) => {
    await parley.account.rename(usernameOf(form), fieldOf(form, "password"));
    tell(say("settings.saved"));
    onSaved();
  });
  return (
    <form className="settings-form" aria-label={say("settings.rename")} onSubmit={submit} onInput={onInput}>
      <h2 className="settings-head">{say("settings.rename")}</h2>
      <Field
        label={say("session.name")} name="username" autoComplete="username" autoCapitalize="none" spellCheck={false}
        required defaultValue={account.username} hint={say("settings.rename_hint", { days: LIMITS.rename_days })}
      />
      <Field label={say("session.password")} name="password" type="password" autoComplete="current-password" required />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>{say("settings.rename")}</button>
    </form>
  );
}
