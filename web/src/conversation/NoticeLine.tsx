/** Something that happened and is no message: who came, who went, another title. */
import type { NoticeView } from "parley-client";
import { Name } from "../people/Name.tsx";

export function NoticeLine({ notice }: { notice: NoticeView }) {
  return <li className="notice-line" data-line={notice.id} data-seq={notice.seq}>{wordsOf(notice)}</li>;
}

const roleWords = { owner: "the owner", admin: "an admin", member: "a member" };

function wordsOf({ event }: NoticeView) {
  const by = <Name user={event.sender} />;
  switch (event.type) {
    case "created":
      return <>{by} made the group <bdi>“{event.title}”</bdi></>;
    case "title":
      return <>{by} named the group <bdi>“{event.title}”</bdi></>;
    case "added":
      return <>{by} added <Name user={event.user} /></>;
    case "removed":
      return <>{by} removed <Name user={event.user} /></>;
    case "left":
      return <><Name user={event.user} /> left</>;
    case "role":
      return <>{by} made <Name user={event.user} /> {roleWords[event.role]}</>;
    case "joined":
      return <><Name user={event.user} /> came in by an invite</>;
    case "invite":
      return <>{by} made an invite</>;
    case "uninvite":
      return <>{by} took an invite back</>;
    case "description":
      return <>{by} changed the description</>;
    case "picture":
      return <>{by} changed the picture</>;
    case "announce":
      return event.on ? <>{by} lets only admins write</> : <>{by} lets everybody write</>;
    case "pin":
      return <>{by} pinned a message</>;
    case "unpin":
      return <>{by} took a pin away</>;
    case "timer":
      return event.seconds ? <>{by} lets messages go after a while</> : <>{by} lets messages stay</>;
    case "retention":
      return event.days ? <>{by} has everything go after {event.days} days</> : <>{by} has nothing go sooner than the server has it</>;
    case "accept":
      return <>{by} accepted the messages</>;
    case "contact_request":
      return <>{by} asked to be a contact</>;
    case "contact_accept":
      return <>{by} accepted</>;
    case "contact_decline":
      return <>{by} declined</>;
    case "contact_remove":
      return <>{by} ended being a contact</>;
    default:
      return null;
  }
}
