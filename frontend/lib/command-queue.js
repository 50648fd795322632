/**
 * Commands go out one after the other, in the order in which they were given.
 *
 * @import { Unit } from "../api.js"
 */

/** @param {(error: unknown) => void} report  Told when a command fails; the next one goes out all the same. */
export function commandQueue(report) {
  let last = Promise.resolve();
  /** @type {{ unit: Unit, count: number } | null} The last move, while it is not under way. */
  let waiting = null;

  /** @param {() => Promise<unknown>} act @returns {Promise<void>} */
  function add(act) {
    waiting = null;
    last = last.then(async () => void (await act())).catch(report);
    return last;
  }

  /**
   * A move through time. One that still waits takes up the next of the same unit, so a key held down leaves no queue
   * behind.
   * @param {Unit} unit
   * @param {number} count
   * @param {(count: number) => Promise<unknown>} act
   */
  function move(unit, count, act) {
    if (waiting?.unit === unit) {
      waiting.count += count;
      return last;
    }
    const moving = { unit, count };
    const done = add(async () => {
      if (waiting === moving) waiting = null;
      if (moving.count) await act(moving.count);
    });
    waiting = moving;
    return done;
  }

  return { add, move };
}
