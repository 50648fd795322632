/**
 * The tour of a first visit: at which stop it is, and whether it is still offered. Once it was finished or turned down
 * it is offered no more in this browser.
 *
 * @import { PageStore } from "../compare/compare.js"
 * @import { Choices } from "../lib/page/choices.js"
 */

import { LAID_OUT, STOPS } from "../lib/guide/tour-stops.js";
import { batch, signal } from "../lib/signals.js";

const KEY = "gradient-flow-tour";

/** @param {{ store: Pick<PageStore, "actions" | "choices">, storage: Pick<Storage, "getItem" | "setItem"> }} surroundings */
export function createTour({ store: { actions, choices }, storage }) {
  /** The stop where it is, from 0; null: it is not under way. */
  const stop = signal(/** @type {number | null} */ (null));
  const offered = signal(storage.getItem(KEY) === null);
  /** How the page stood before. @type {Partial<Choices>} */
  let before = {};

  /** @param {Partial<Choices>} next */
  const choose = (next) => batch(() => {
    for (const [name, value] of Object.entries(next)) actions.choose(/** @type {keyof Choices} */ (name), value);
  });

  function end() {
    stop.value = null;
    offered.value = false;
    storage.setItem(KEY, "seen");
    choose(before);
    before = {};
  }

  /** @param {number} next */
  function go(next) {
    if (next >= STOPS.length) return end();
    choose({ ...LAID_OUT, panels: STOPS[next].panels });
    stop.value = next;
  }

  return {
    stop,
    offered,
    start() {
      const now = choices.peek();
      const changed = /** @type {(keyof Choices)[]} */ ([...Object.keys(LAID_OUT), "panels"]);
      before = Object.fromEntries(changed.map((name) => [name, now[name]]));
      go(0);
    },
    next: () => stop.peek() !== null && go(Number(stop.peek()) + 1),
    back: () => Number(stop.peek()) > 0 && go(Number(stop.peek()) - 1),
    end,
    /** It is not wanted. */
    decline() {
      offered.value = false;
      storage.setItem(KEY, "declined");
    },
  };
}
