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
    const form = event.currentTarget;
    const sent = new FormData(form);
    // What was typed on meanwhile was not sent.
    const saved = (): void => setChanged(isChanged(form) && !isSame(sent, new FormData(form)));
    act(sent).then(saved, setError).finally(() => setBusy(false));
  };
  const onInput = ({ currentTarget }: FormEvent<HTMLFormElement>): void => setChanged(isChanged(currentTarget));
  const problem = error === undefined ? undefined : wordsFor(error, say);
  return { busy, problem, code: error instanceof ParleyError ? error.code : undefined, submit, onInput };
}

function isChanged({ elements }: HTMLFormElement): boolean {
  return [...elements].some((one) => one instanceof HTMLInputElement && one.value !== one.defaultValue);
}

function isSame(a: FormData, b: FormData): boolean {
  const [some, others] = [[...a], [...b]];
  return some.length === others.length && some.every(([name, value], i) => others[i]?.[0] === name && others[i][1] === value);
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
