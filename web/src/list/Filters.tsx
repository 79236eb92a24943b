import { useObservable } from "../hooks/useObservable.ts";
import { useStore } from "../store/context.ts";
import { useText } from "../words/useText.ts";
import { FILTERS } from "./arrange.ts";

/** Which conversations the list shows. */
export function Filters() {
  const { list } = useStore();
  const say = useText();
  const filter = useObservable(list.filter);
  return (
    <div className="filters" role="group" aria-label={say("list.filter")}>
      {FILTERS.map((one) => (
        <button
          key={one} type="button" className="filter" aria-pressed={one === filter}
          onClick={() => list.setFilter(one)}
        >
          {say(`list.filter_${one}`)}
        </button>
      ))}
    </div>
  );
}
