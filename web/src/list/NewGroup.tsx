/** Making a group: a title and who is in it. */
import type { FormEvent } from "react";
import { useEffect, useRef, useState } from "react";
import type { Person } from "parley-client";
import { LIMITS } from "parley-client";
import { PeopleFound } from "../people/PeopleFound.tsx";
import { go } from "../route/place.ts";
import { useMe, useParley } from "../session/context.ts";
import { Field } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { useComplain } from "../ui/notices.tsx";
import { wordsFor } from "../words/errors.ts";
import { ChosenPeople } from "./ChosenPeople.tsx";

export function NewGroup({ onDone }: { onDone: () => void }) {
  const parley = useParley();
  const complain = useComplain();
  const me = useMe();
  const [title, setTitle] = useState("");
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  const here = useRef(false);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  const create = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    parley.createGroup(title.trim(), chosen.map((person) => person.user)).then(
      ({ conversation }) => {
        // Without a connection it takes a while: who went on meanwhile is not called back.
        if (!here.current) return;
        onDone();
        go({ kind: "group", conversation });
      },
      (error: unknown) => {
        if (!here.current) complain(error);
        setBusy(false);
        setProblem(wordsFor(error));
      },
    );
  };
  const full = chosen.length >= LIMITS.group_create_members_max;
  return (
    <aside className="sidebar" aria-label="New group">
      <header className="sidebar-head">
        <button type="button" className="icon-button" aria-label="Back to the list" onClick={onDone}>
          <Icon name="back" />
        </button>
        <h1 className="sidebar-title">New group</h1>
      </header>
      <form className="new-group" onSubmit={create}>
        <Field
          label="Title" value={title} required autoFocus autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
        />
        <ChosenPeople
          people={chosen}
          onRemove={(person) => setChosen(chosen.filter((one) => one.user !== person.user))}
        />
        <Field
          label="Add people by name" type="search" value={typed} autoComplete="off"
          autoCapitalize="none" spellCheck={false} disabled={full}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        />
        <div className="list-scroll">
          <PeopleFound
            typed={typed}
            without={({ user }) => user === me || chosen.some((one) => one.user === user)}
            onChoose={(person) => {
              setChosen([...chosen, person]);
              setTyped("");
            }}
          />
        </div>
        {problem !== undefined && <p className="problem" role="alert">{problem}</p>}
        <button type="submit" className="button" disabled={busy || title.trim() === ""}>
          {busy ? "Creating the group…" : "Create the group"}
        </button>
      </form>
    </aside>
  );
}
