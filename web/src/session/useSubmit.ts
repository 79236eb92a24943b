import type { FormEvent } from "react";
import { useState } from "react";
import { wordsFor } from "../words/errors.ts";
import { useText } from "../words/useText.ts";

/** A form's way to the server: one at a time, and in words what went wrong. */
export function useSubmit(act: (form: FormData) => Promise<unknown>) {
  const say = useText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    act(new FormData(event.currentTarget))
      .catch((error: unknown) => setProblem(wordsFor(error, say)))
      .finally(() => setBusy(false));
  };
  return { busy, problem, submit };
}

export function fieldOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** Names are small letters; a phone's keyboard likes to begin with a large one. */
export function usernameOf(form: FormData): string {
  return fieldOf(form, "username").trim().toLowerCase();
}
