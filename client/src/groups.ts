/**
 * What is done with a group besides who is in it: what it says of itself, who writes, who owns it.
 * Commands that append go through the outbox, as everything that one does.
 */
import type { Appended, Id } from "./api.ts";
import type { AppendArgs, AppendCommand } from "./outbox.ts";

export interface GroupsHost {
  /** Into the lane of its conversation. */
  append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>, conversation: Id): Promise<Appended>;
}

export class Groups {
  #host: GroupsHost;

  constructor(host: GroupsHost) {
    this.#host = host;
  }

  /** The owner makes somebody else the owner, and is an admin from then on. */
  handOver(conversation: Id, user: Id): Promise<Appended> {
    return this.#host.append("group.set_role", { conversation, user, role: "owner" }, conversation);
  }

  /** An empty text takes it away. */
  setDescription(conversation: Id, description: string): Promise<Appended> {
    return this.#host.append("group.set_description", { conversation, description }, conversation);
  }

  /** Without a picture there is none. */
  setPicture(conversation: Id, picture?: Id): Promise<Appended> {
    const args = picture === undefined ? { conversation } : { conversation, picture };
    return this.#host.append("group.set_picture", args, conversation);
  }

  /** On: only the owner and the admins write. */
  setAnnounce(conversation: Id, on: boolean): Promise<Appended> {
    return this.#host.append("group.set_announce", { conversation, on }, conversation);
  }
}
