import { ParleyError } from "parley-client";
import type { FormEvent } from "react";
import { useState } from "react";
import { useHold } from "../hooks/useHold.ts";
import { wordsFor } from "../words/errors.ts";
import { useText } from "../words/useText.ts";

/** A form's way to the server: one at a time, and in words what went wrong; `code` is the error's. For a form
 * that tells it `onInput`, the page stays as it is while something was filled in and not yet sent. */
export function useSubmit(act: (form: FormData) => Promise<unknown>) {
  const say = useText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [changed, setChanged] = useState(false);
  useHold(changed || busy);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    act(new FormData(event.currentTarget)).then(() => setChanged(false), setError).finally(() => setBusy(false));
  };
  const onInput = ({ currentTarget }: FormEvent<HTMLFormElement>): void => setChanged(isChanged(currentTarget));
  const problem = error === undefined ? undefined : wordsFor(error, say);
  return { busy, problem, code: error instanceof ParleyError ? error.code : undefined, submit, onInput };
}

function isChanged({ elements }: HTMLFormElement): boolean {
  return [...elements].some((one) => one instanceof HTMLInputElement && one.value !== one.defaultValue);
}

export function fieldOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** Names are small letters; a phone's keyboard likes to begin with a large one. */
export function usernameOf(form: FormData): string {
  return fieldOf(form, "username").trim().toLowerCase();
}

/** Of an authenticator or a recovery code, as it is typed off a screen or a paper. */
export function codeOf(form: FormData): string {
  return fieldOf(form, "code").replace(/\s/g, "");
}
