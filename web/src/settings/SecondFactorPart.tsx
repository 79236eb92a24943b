/** Signing in with a code beside the password: setting it up, other recovery codes, and doing without. */
import { useState } from "react";
import { codeOf, fieldOf, useSubmit } from "../session/useSubmit.ts";
import { useHold } from "../hooks/useHold.ts";
import { useLostFocus } from "../hooks/useLostFocus.ts";
import { useObservable } from "../hooks/useObservable.ts";
import { useParley, useStore } from "../store/context.ts";
import { Field } from "../ui/Field.tsx";
import { Qr } from "../ui/Qr.tsx";
import { useComplain, useTell } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import { useAccount } from "./useAccount.ts";
import { Waiting } from "./Waiting.tsx";

export function SecondFactorPart() {
  const { recoveryCodes } = useStore();
  const [account, again] = useAccount();
  const codes = useObservable(recoveryCodes);
  if (codes) return <RecoveryCodes codes={codes} onKept={() => recoveryCodes.set(undefined)} />;
  if (!account.value) return <Waiting loaded={account} />;
  const done = (now?: readonly string[]): void => {
    recoveryCodes.set(now);
    again();
  };
  return account.value.second_factor ? <Enabled onDone={done} /> : <Setup onDone={done} />;
}

function Setup({ onDone }: { onDone: (codes: readonly string[]) => void }) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const [secret, setSecret] = useState<string | undefined>();
  const words = useLostFocus<HTMLParagraphElement>();
  if (secret !== undefined) return <Verify secret={secret} onDone={onDone} />;
  return (
    <>
      <p ref={words} className="settings-words" tabIndex={-1}>{say("factor.words")}</p>
      <button
        type="button" className="button"
        onClick={() => parley.account.newSecondFactor().then(setSecret, complain)}
      >
        {say("factor.begin")}
      </button>
    </>
  );
}

function Verify({ secret, onDone }: { secret: string; onDone: (codes: readonly string[]) => void }) {
  const parley = useParley();
  const say = useText();
  const words = useLostFocus<HTMLParagraphElement>();
  const username = useObservable(parley.session)?.username ?? "";
  // The authenticator has it by now, and another one would not fit.
  useHold(true);
  const { busy, problem, submit } = useSubmit(async (form) =>
    onDone(await parley.account.enableSecondFactor(fieldOf(form, "password"), secret, codeOf(form))));
  // What authenticators read, and those on the same device know to open.
  const address = `otpauth://totp/${encodeURIComponent(`Parley:${username}`)}?secret=${secret}&issuer=Parley`;
  return (
    <form className="settings-form" aria-label={say("settings.factor")} onSubmit={submit}>
      <p ref={words} className="settings-words" tabIndex={-1}>{say("factor.secret_words")}</p>
      <Qr text={address} />
      <p className="secret" dir="ltr"><code>{secret.match(/.{1,4}/g)?.join(" ")}</code></p>
      <a className="link" href={address}>{say("factor.open")}</a>
      <Field label={say("session.code")} name="code" autoComplete="one-time-code" inputMode="numeric" required />
      <Field label={say("session.password")} name="password" type="password" autoComplete="current-password" required />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy}>{say("factor.enable")}</button>
    </form>
  );
}

function Enabled({ onDone }: { onDone: (codes?: readonly string[]) => void }) {
  const parley = useParley();
  const tell = useTell();
  const say = useText();
  const words = useLostFocus<HTMLParagraphElement>();
  const [act, setAct] = useState<"codes" | "disable">("codes");
  const { busy, problem, submit } = useSubmit(async (form) => {
    const password = fieldOf(form, "password"), code = codeOf(form);
    if (act === "codes") return onDone(await parley.account.newRecoveryCodes(password, code));
    await parley.account.disableSecondFactor(password, code);
    tell(say("factor.disabled"));
    return onDone();
  });
  return (
    <form className="settings-form" aria-label={say("settings.factor")} onSubmit={submit}>
      <p ref={words} className="settings-words" tabIndex={-1}>{say("factor.is_on")}</p>
      <Field label={say("session.password")} name="password" type="password" autoComplete="current-password" required />
      <Field label={say("session.code")} name="code" autoComplete="one-time-code" required hint={say("session.code_hint")} />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button" disabled={busy} onClick={() => setAct("codes")}>{say("factor.new_codes")}</button>
      <button type="submit" className="button button-danger" disabled={busy} onClick={() => setAct("disable")}>{say("factor.disable")}</button>
    </form>
  );
}
