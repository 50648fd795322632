/**
 * The laboratory's part of the state: what is armed is verified by itself, and the hunt for a hidden trap is followed.
 *
 * @import { HuntAnswer, Hunting } from "../types/wire"
 * @import { Api } from "../api.js"
 * @import { derive, initialState } from "./state.js"
 */

import { effect } from "../lib/signals.js";

/**
 * @param {object} surroundings
 * @param {Api} surroundings.api
 * @param {ReturnType<typeof initialState>} surroundings.state
 * @param {ReturnType<typeof derive>} surroundings.derived
 * @param {() => Promise<void>} surroundings.verify
 * @param {(error: unknown) => void} surroundings.report
 */
export function createLaboratory({ api, state, derived, verify, report }) {
  /** In which session what was armed when it was verified last. */
  let verified = "";

  // Whenever something else is armed, so that the graph shows what that does.
  effect(() => {
    const id = state.session.value?.id;
    const traps = derived.training.value?.traps ?? [];
    // Once a frame has brought the state that is to be verified.
    if (!id || derived.info.value?.session !== id) return;
    const now = JSON.stringify([id, traps]);
    const isAnother = now !== verified && (traps.length > 0 || verified.startsWith(`["${id}"`));
    verified = now;
    // Later: what is read on the way is none of this effect's business.
    if (isAnother) queueMicrotask(verify);
  });

  /** @param {(id: string) => Promise<Hunting>} ask */
  async function follow(ask) {
    const id = state.session.peek()?.id;
    if (!id) return;
    try {
      const hunting = await ask(id);
      if (state.session.peek()?.id === id) state.hunting.value = hunting;
    } catch (error) {
      report(error);
    }
  }

  return {
    /** Learns which hunt is on, and the score. */
    readHunt: () => follow(api.hunting),
    takeHint: () => follow(api.takeHint),
    /** There is one answer, right or wrong. @param {HuntAnswer} answer */
    answerHunt: (answer) => follow((id) => api.answerHunt(id, answer)),
    reset() {
      state.hunting.value = null;
    },
  };
}
