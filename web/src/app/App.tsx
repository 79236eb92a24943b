import { useEffect } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import { goNowhere } from "../route/place.ts";
import { useParley } from "../session/context.ts";
import { Welcome } from "../session/Welcome.tsx";
import { Notices } from "../ui/notices.tsx";
import { Home } from "./Home.tsx";

export function App() {
  const session = useObservable(useParley().session);
  const user = session?.user;
  // Where the last one was is nothing to whoever signs in next.
  useEffect(() => {
    if (user === undefined) goNowhere();
  }, [user]);
  return <Notices>{user === undefined ? <Welcome /> : <Home key={user} />}</Notices>;
}
