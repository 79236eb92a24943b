import type { Id, MemberState } from "parley-client";
import { useState } from "react";
import { PeopleFound } from "../people/PeopleFound.tsx";
import { useParley } from "../store/context.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

export interface AddMembersProps {
  conversation: Id;
  members: readonly MemberState[];
  onDone: () => void;
}

/** Lets people into a group, one after the other. */
export function AddMembers({ conversation, members, onDone }: AddMembersProps) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const [typed, setTyped] = useState("");
  return (
    <Dialog title={say("group.add")} onClose={onDone}>
      <input
        type="search" className="dialog-search" value={typed} autoComplete="off" autoCapitalize="none" spellCheck={false}
        placeholder={say("group.add_people")} aria-label={say("group.add_people")}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="dialog-list">
        <PeopleFound
          typed={typed} without={({ user }) => members.some((member) => member.user === user)}
          onChoose={({ user }) => {
            setTyped("");
            parley.addMember(conversation, user).catch(complain);
          }}
        />
      </div>
    </Dialog>
  );
}
