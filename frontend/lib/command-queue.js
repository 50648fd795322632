/**
 * Commands go out one after the other, in the order in which they were given.
 */

/** @param {(error: unknown) => void} report  Told when a command fails; the next one goes out all the same. */
export function commandQueue(report) {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  /** @type {{ kind: string, value: any, done: Promise<void> } | null} The last move, while it is not under way. */
  let waiting = null;

  /** @param {() => Promise<unknown>} act @returns {Promise<void>} */
  function add(act) {
    waiting = null;
    const done = last.then(async () => void (await act())).catch(report);
    // What even the report threw is for whoever awaits this command, and stops no other.
    last = done.catch(() => {});
    return done;
  }

  /**
   * A move through time. One that still waits takes up the next of the same kind, so a key held down leaves no queue
   * behind.
   * @template V
   * @param {string} kind
   * @param {V} value
   * @param {(waiting: V, next: V) => V} combine
   * @param {(value: V) => Promise<unknown>} act
   */
  function move(kind, value, combine, act) {
    if (waiting?.kind === kind) {
      waiting.value = combine(waiting.value, value);
      return waiting.done;
    }
    const moving = { kind, value, done: Promise.resolve() };
    moving.done = add(() => {
      if (waiting === moving) waiting = null;
      return act(moving.value);
    });
    waiting = moving;
    return moving.done;
  }

  return { add, move };
}
