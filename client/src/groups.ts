/**
 * What is done with a group besides who is in it: what it says of itself, who writes, who owns it,
 * and the invites by which people come in. Commands that append go through the outbox, as everything
 * that one does.
 */
import type { Appended, GroupInviteReply, GroupPreviewReply, Id, Invite, Seq } from "./api.ts";
import type { Request } from "./asker.ts";
import type { AppendArgs, AppendCommand } from "./outbox.ts";

export interface GroupsHost {
  /** Into the lane of its conversation. */
  append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>, conversation: Id): Promise<Appended>;
  /** Into the lane of groups that are not known yet. */
  appendUnknown<C extends AppendCommand>(cmd: C, args: AppendArgs<C>): Promise<Appended>;
  request: Request;
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

  /** Its token is for a link. Without a bound it holds until it is taken back. */
  async invite(
    conversation: Id, bounds: { holds_s?: number; uses_max?: number } = {},
  ): Promise<GroupInviteReply> {
    const args = { conversation, ...bounds };
    return (await this.#host.append("group.invite", args, conversation)) as GroupInviteReply;
  }

  /** Those that hold, for the owner and the admins. */
  async invites(conversation: Id): Promise<Invite[]> {
    return (await this.#host.request("group.invites", { conversation })).invites;
  }

  uninvite(conversation: Id, invite: Seq): Promise<Appended> {
    return this.#host.append("group.uninvite", { conversation, invite }, conversation);
  }

  /** What one sees of a group before joining it. */
  preview(token: string): Promise<GroupPreviewReply> {
    return this.#host.request("group.preview", { token });
  }

  /** Resolves when one is in; the group is then among the conversations, or will be soon. */
  join(token: string): Promise<Appended> {
    return this.#host.appendUnknown("group.join", { token });
  }
}
