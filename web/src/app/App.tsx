import { useEffect } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { goNowhere } from "../route/route.ts";
import { Welcome } from "../session/Welcome.tsx";
import { useParley } from "../store/context.ts";
import { Notices } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";
import { Home } from "./Home.tsx";
import { CatchTrouble, Trouble } from "./Trouble.tsx";

export function App() {
  const say = useText();
  const session = useObservable(useParley().session);
  const user = session?.user;
  // Where the last one was is nothing to whoever signs in next.
  useEffect(() => {
    if (user === undefined) goNowhere();
  }, [user]);
  const trouble = { text: say("app.trouble"), button: say("app.reload") };
  return (
    <CatchTrouble instead={() => <Trouble words={trouble} />}>
      <Notices>{user === undefined ? <Welcome /> : <Home key={user} />}</Notices>
    </CatchTrouble>
  );
}
