import type { FormEvent } from "react";
import type { Reading } from "../store/reading.ts";
import { Field } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Popup } from "../ui/Popup.tsx";
import { useComplain } from "../ui/notices.tsx";
import { useText } from "../words/useText.ts";

/** Goes to what was said on a day. */
export function DateMenu({ reading }: { reading: Reading }) {
  const say = useText();
  const complain = useComplain();
  return (
    <Popup label={say("talk.to_date")} button={<Icon name="date" />}>
      {(close) => {
        const go = (event: FormEvent<HTMLFormElement>): void => {
          event.preventDefault();
          const day = new FormData(event.currentTarget).get("day");
          close();
          // Without a zone it is the midnight of where one is.
          const time = Date.parse(`${String(day)}T00:00`);
          if (!Number.isNaN(time)) reading.goToDay(time).catch(complain);
        };
        return (
          <form className="date-menu" aria-label={say("talk.to_date")} onSubmit={go}>
            <Field label={say("talk.date")} name="day" type="date" required max={today()} defaultValue={today()} />
            <button type="submit" className="button">{say("talk.to_date_go")}</button>
          </form>
        );
      }}
    </Popup>
  );
}

function today(): string {
  const now = new Date();
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
