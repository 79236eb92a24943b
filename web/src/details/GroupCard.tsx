/** What a group is called and says of itself; its admins change both. */
import type { ConversationView } from "parley-client";
import { LIMITS } from "parley-client";
import { useState } from "react";
import { Avatar } from "../people/Avatar.tsx";
import { titleOf } from "../people/names.ts";
import { fieldOf, useSubmit } from "../session/useSubmit.ts";
import { useParley } from "../store/context.ts";
import { Field } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { useText } from "../words/useText.ts";

export function GroupCard({ view }: { view: ConversationView }) {
  const say = useText();
  /** Undefined until it was opened: who comes back from it gets the focus on what opened it. */
  const [edits, setEdits] = useState<boolean | undefined>();
  const title = titleOf(view, say);
  const rules = !view.left && (view.role === "admin" || view.role === "owner");
  if (edits) return <Edit view={view} onDone={() => setEdits(false)} />;
  return (
    <>
      <div className="details-who">
        <Avatar id={view.conversation} name={title} icon="group" />
        <h3><bdi>{title}</bdi></h3>
        {rules && (
          <button type="button" className="link details-edit" autoFocus={edits === false} onClick={() => setEdits(true)}>
            <Icon name="edit" />
            {say("group.edit")}
          </button>
        )}
      </div>
      {view.description !== undefined && (
        <section className="details-part">
          <h4>{say("details.description")}</h4>
          <p dir="auto">{view.description}</p>
        </section>
      )}
    </>
  );
}

function Edit({ view, onDone }: { view: ConversationView; onDone: () => void }) {
  const parley = useParley();
  const say = useText();
  const { conversation, title = "", description = "" } = view;
  const { busy, problem, submit, onInput } = useSubmit(async (form) => {
    const named = fieldOf(form, "title").trim(), said = fieldOf(form, "description").trim();
    if (named !== title) await parley.setTitle(conversation, named);
    if (said !== description) await parley.groups.setDescription(conversation, said);
    onDone();
  });
  return (
    <form className="details-form" aria-label={say("group.edit")} onSubmit={submit} onInput={onInput}>
      <Field label={say("group.title")} name="title" required defaultValue={title} maxLength={LIMITS.title_bytes_max} autoFocus />
      <Field label={say("details.description")} name="description" defaultValue={description} maxLength={LIMITS.description_bytes_max} />
      {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
      <div className="dialog-buttons">
        <button type="button" className="button button-quiet" onClick={onDone}>{say("app.cancel")}</button>
        <button type="submit" className="button" disabled={busy}>{say("settings.save")}</button>
      </div>
    </form>
  );
}
