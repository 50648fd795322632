/**
 * The laboratory's part of the state: what is armed is verified by itself, the hunt for a
 * hidden trap is followed, and a session is made in which outliers can be learnt.
 *
 * @import { HuntAnswer, Hunting } from "../types/wire"
 * @import { Api, NewSession } from "../api.js"
 * @import { derive, initialState } from "./state.js"
 */

import { FEW_NAMES, FEW_NAMES_TITLE, fewNamesConfig, LEARNT_FOR } from "../lib/laboratory/few-names.js";
import { effect } from "../lib/signals.js";

/**
 * @param {object} surroundings
 * @param {Api} surroundings.api
 * @param {{ create: (config: NewSession) => Promise<void> }} surroundings.sessions
 * @param {(step: number) => Promise<void>} surroundings.runTo
 * @param {ReturnType<typeof initialState>} surroundings.state
 * @param {ReturnType<typeof derive>} surroundings.derived
 * @param {() => Promise<void>} surroundings.verify
 * @param {(error: unknown) => void} surroundings.report
 */
export function createLaboratory({ api, state, derived, sessions, verify, runTo, report }) {
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

  /** A session in which outliers can be learnt, on its way to where they are to be planted. */
  async function prepareOutliers() {
    try {
      const words = new File([FEW_NAMES.join("\n")], FEW_NAMES_TITLE, { type: "text/plain" });
      const known = state.datasets.peek().find(({ name }) => name === FEW_NAMES_TITLE);
      const dataset = known ?? (await api.addDataset(words.name, words));
      await sessions.create(fewNamesConfig(dataset.id));
      await runTo(LEARNT_FOR);
    } catch (error) {
      report(error);
    }
  }

  return {
    prepareOutliers,
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
