/** A stranger wrote: whether one wants to talk to them. To answer says yes, too. */
import type { ConversationView } from "parley-client";
import { FormattedMessage } from "react-intl";
import { focusLog } from "../message/focusLog.ts";
import { Name } from "../people/Name.tsx";
import { useParley } from "../store/context.ts";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

export function RequestLine({ view }: { view: ConversationView }) {
  const parley = useParley();
  const complain = useComplain();
  const say = useText();
  const { conversation, peer } = view;
  const name = peer === undefined ? say("talk.request_somebody") : <Name user={peer} />;
  const answer = (act: () => Promise<unknown>) => () => {
    focusLog();
    act().catch(complain);
  };
  return (
    <div className="request-line" role="group" aria-label={say("talk.request")}>
      <p><FormattedMessage id="talk.request_words" values={{ name }} /></p>
      <button type="button" className="button" onClick={answer(() => parley.accept(conversation))}>
        {say("talk.accept")}
      </button>
      {peer !== undefined && (
        <button type="button" className="link" onClick={answer(() => parley.block(peer))}>
          {say("talk.block")}
        </button>
      )}
    </div>
  );
}
