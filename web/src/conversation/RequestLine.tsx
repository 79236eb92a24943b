/** A stranger wrote: whether one wants to talk to them. To answer says yes, too. */
import type { ConversationView } from "parley-client";
import { Name } from "../people/Name.tsx";
import { useParley } from "../session/context.ts";
import { useComplain } from "../ui/notices.tsx";

export function RequestLine({ view }: { view: ConversationView }) {
  const parley = useParley();
  const complain = useComplain();
  const { conversation, peer } = view;
  return (
    <div className="request-line" role="group" aria-label="Message request">
      <p>
        {peer === undefined ? "Somebody" : <Name user={peer} />} wrote to you for the first time. Until you
        accept, they do not see whether you read it.
      </p>
      <button type="button" className="button" onClick={() => parley.accept(conversation).catch(complain)}>
        Accept
      </button>
      {peer !== undefined && (
        <button type="button" className="link" onClick={() => parley.block(peer).catch(complain)}>Block</button>
      )}
    </div>
  );
}
