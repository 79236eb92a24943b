/** Making a group: a title and who is in it. */
import type { FormEvent } from "react";
import { useEffect, useRef, useState } from "react";
import type { Person } from "parley-client";
import { LIMITS } from "parley-client";
import { useHold } from "../hooks/useHold.ts";
import { PeopleFound } from "../people/PeopleFound.tsx";
import { go } from "../route/route.ts";
import { useMe, useParley } from "../store/context.ts";
import { Field } from "../ui/Field.tsx";
import { useComplain } from "../ui/notices.tsx";
import { wordsFor } from "../words/errors.ts";
import { useText } from "../words/useText.ts";
import { ChosenPeople } from "./ChosenPeople.tsx";
import { Pane } from "./Pane.tsx";
import { PaneHead } from "./PaneHead.tsx";

export default function NewGroup({ onDone }: { onDone: () => void }) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const me = useMe();
  const [title, setTitle] = useState("");
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  useHold(title.trim() !== "" || chosen.length > 0);
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
        setProblem(wordsFor(error, say));
      },
    );
  };
  const full = chosen.length >= LIMITS.group_create_members_max;
  return (
    <Pane label={say("list.new_group")}>
      <PaneHead title={say("list.new_group")} onBack={onDone} />
      <form className="new-group" onSubmit={create}>
        <Field
          label={say("group.title")} value={title} required autoFocus autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
        />
        <ChosenPeople
          people={chosen}
          onRemove={(person) => setChosen(chosen.filter((one) => one.user !== person.user))}
        />
        <Field
          label={say("group.add_people")} type="search" value={typed} autoComplete="off"
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
          {say(busy ? "group.creating" : "group.create")}
        </button>
      </form>
    </Pane>
  );
}
