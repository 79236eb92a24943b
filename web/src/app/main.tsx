import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Parley } from "parley-client";
import { ParleyContext } from "../session/context.ts";
import { TabStorage } from "../session/tabStorage.ts";
import { App } from "./App.tsx";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/parts.css";

const storage = new TabStorage();
const parley = new Parley({ base: location.origin, storage });
// A tab that went on under an ended session would show one person what is another's.
storage.onOtherSession(() => location.reload());
await parley.load();

const root = document.getElementById("app");
if (!root) throw new Error("the page has no place for the app");
createRoot(root).render(
  <StrictMode>
    <ParleyContext value={parley}>
      <App />
    </ParleyContext>
  </StrictMode>,
);
