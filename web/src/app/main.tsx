import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Parley } from "parley-client";
import { ParleyContext } from "../session/context.ts";
import { TabStorage } from "../session/tabStorage.ts";
import { App } from "./App.tsx";
import { CatchTrouble, Trouble } from "./Trouble.tsx";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/parts.css";

const storage = new TabStorage();
const parley = new Parley({ base: location.origin, storage });
// A tab that went on under an ended session would show one person what is another's.
storage.onOtherSession(() => location.reload());

const place = document.getElementById("app");
if (!place) throw new Error("the page has no place for the app");
const root = createRoot(place);
try {
  await parley.load();
  root.render(
    <StrictMode>
      <CatchTrouble>
        <ParleyContext value={parley}>
          <App />
        </ParleyContext>
      </CatchTrouble>
    </StrictMode>,
  );
} catch (error) {
  // Such as a browser that lets the page keep nothing.
  root.render(<Trouble />);
  throw error;
}
