/** A text as a picture that a phone's camera reads. What draws it is loaded when the first one is wanted. */
import { Suspense } from "react";
import { CatchTrouble } from "../app/Trouble.tsx";
import { useText } from "../words/useText.ts";
import { later } from "./later.tsx";

const QrDrawing = later(() => import("./QrDrawing.tsx"));

/** Nothing is lost where it fails: whoever shows it shows its text, too. */
export function Qr({ text }: { text: string }) {
  const say = useText();
  return (
    <CatchTrouble instead={() => null}>
      <Suspense fallback={<p className="hint qr" role="status">{say("app.loading")}</p>}>
        <QrDrawing text={text} label={say("qr.label")} />
      </Suspense>
    </CatchTrouble>
  );
}
