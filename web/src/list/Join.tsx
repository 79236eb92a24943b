/** What an invite leads to, before one goes in. */
import { ParleyError } from "parley-client";
import { useCallback, useState } from "react";
import { useLoaded } from "../hooks/useLoaded.ts";
import { Avatar } from "../people/Avatar.tsx";
import { go, goNowhere } from "../route/route.ts";
import { useParley } from "../store/context.ts";
import { useComplain } from "../ui/notices.tsx";
import { wordsFor } from "../words/errors.ts";
import type { Say } from "../words/useText.ts";
import { useText } from "../words/useText.ts";

export default function Join({ token }: { token: string }) {
  const parley = useParley();
  const say = useText();
  const complain = useComplain();
  const [busy, setBusy] = useState(false);
  const [{ value, error }] = useLoaded(useCallback(() => parley.groups.preview(token), [parley, token]));
  const enter = (): void => {
    if (!value) return;
    setBusy(true);
    const there = value.member ? Promise.resolve(value) : parley.groups.join(token);
    there.then(({ conversation }) => go({ kind: "group", conversation }), complain).finally(() => setBusy(false));
  };
  return (
    <main className="join">
      <section className="welcome-card" aria-label={say("invite.page")}>
        <h2>{say("invite.page")}</h2>
        {!value && <p className={error === undefined ? "hint" : "problem"} role="status">{error === undefined ? say("app.loading") : whyNot(error, say)}</p>}
        {value && (
          <>
            <Avatar id={value.conversation} name={value.title} icon="group" />
            <h3><bdi>{value.title}</bdi></h3>
            {value.description !== undefined && <p dir="auto">{value.description}</p>}
            <p className="hint">{say("details.members", { count: value.members })}</p>
            <button type="button" className="button" disabled={busy} onClick={enter}>
              {say(value.member ? "invite.open" : "invite.join")}
            </button>
          </>
        )}
        <button type="button" className="link" onClick={goNowhere}>{say("app.back")}</button>
      </section>
    </main>
  );
}

function whyNot(error: unknown, say: Say): string {
  const code = error instanceof ParleyError ? error.code : undefined;
  if (code === "not_found") return say("invite.gone");
  return code === "forbidden" ? say("invite.refused") : wordsFor(error, say);
}
