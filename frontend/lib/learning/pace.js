/**
 * Things that take their time and are done again and again: one at a time, and never more than half of the time.
 */

import { signal } from "../signals.js";

/**
 * @param {object} [timing]
 * @param {() => number} [timing.now]
 * @param {(again: () => void, pause: number) => unknown} [timing.wait]
 */
export function createPace({ now = () => performance.now(), wait = (again, pause) => setTimeout(again, pause) } = {}) {
  const idle = signal(true);
  const rested = signal(true);
  return {
    /** Nothing is under way. */
    idle,
    /** … and enough time has passed for the next one that nobody waits for. */
    rested,
    /** @param {() => Promise<unknown>} act  Does not reject. @param {number} every  Milliseconds from one beginning to the next. */
    async run(act, every = 0) {
      if (!idle.peek()) return;
      rested.value = false;
      idle.value = false;
      const begun = now();
      await act();
      const took = now() - begun;
      idle.value = true;
      wait(() => (rested.value = idle.peek()), Math.max(took, every - took));
    },
  };
}
