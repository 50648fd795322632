import { effect } from "./signals.js";

/**
 * Waits until what is read from signals is so, or for so long at most.
 * @param {() => boolean} holds
 * @param {number} longest  Milliseconds.
 * @param {(again: () => void, pause: number) => unknown} wait
 * @returns {Promise<void>}
 */
export function once(holds, longest, wait) {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      resolve();
    };
    // Later, since the effect runs before there is a way to stop it.
    const stop = effect(() => {
      if (holds()) queueMicrotask(done);
    });
    wait(done, longest);
  });
}
