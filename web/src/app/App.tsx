import { useEffect } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { keepStepsOf } from "../route/route.ts";
import { Disabled } from "../session/Disabled.tsx";
import { Welcome } from "../session/Welcome.tsx";
import { useParley } from "../store/context.ts";
import { Notices } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { Home } from "./Home.tsx";
import { CatchTrouble, Trouble } from "./Trouble.tsx";

export function App() {
  const say = useText();
  const parley = useParley();
  const session = useObservable(parley.session);
  const user = session?.user;
  const { state, reason } = useObservable(parley.status);
  // Where the last one was is nothing to whoever signs in next.
  useEffect(() => keepStepsOf(user), [user]);
  const isDisabled = state === "stopped" && reason === "account_disabled";
  const trouble = { text: say("app.trouble"), button: say("app.reload") };
  return (
    <CatchTrouble instead={() => <Trouble words={trouble} />}>
      <Notices>{user === undefined ? <Welcome /> : isDisabled ? <Disabled /> : <Home key={user} />}</Notices>
    </CatchTrouble>
  );
}
