// Before what the components bring, which is the stronger for standing behind them.
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/parts.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { StoreContext } from "../store/context.ts";
import { newDevice } from "../store/device.ts";
import { Store } from "../store/store.ts";
import { App } from "./App.tsx";
import { Looks, spokenBy, wear } from "./Looks.tsx";
import { CatchTrouble, Trouble } from "./Trouble.tsx";

const place = document.getElementById("app");
if (!place) throw new Error("the page has no place for the app");
const root = createRoot(place);
try {
  const store = new Store(newDevice());
  const { theme, language } = store.look.chosen.getSnapshot();
  // At once: the ground is drawn before all that is awaited.
  wear(theme);
  const [spoken] = await Promise.all([spokenBy(language), store.parley.load()]);
  root.render(
    <StrictMode>
      <CatchTrouble>
        <StoreContext value={store}>
          <Looks first={spoken}>
            <App />
          </Looks>
        </StoreContext>
      </CatchTrouble>
    </StrictMode>,
  );
  if (import.meta.env.PROD) void store.update.begin();
} catch (error) {
  // Such as a browser that lets the page keep nothing.
  root.render(<Trouble />);
  throw error;
}
