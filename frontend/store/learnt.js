/**
 * What a session has learnt: the losses of whole splits, and words drawn from its network.
 *
 * @import { EvaluationWanted, FrameInfo, Sample, SamplesWanted } from "../types/wire"
 * @import { Api } from "../api.js"
 * @import { Evaluation } from "../lib/learning/evaluations.js"
 * @import { initialState } from "./state.js"
 *
 * @typedef {object} Words
 * @property {string} session
 * @property {number} step  Whose parameters drew them.
 * @property {SamplesWanted} wanted
 * @property {Sample[]} samples
 * @property {string | null} problem  Why there are none.
 */

import { stillTrue, withEvaluation } from "../lib/learning/evaluations.js";

/**
 * @param {object} surroundings
 * @param {Api} surroundings.api
 * @param {ReturnType<typeof initialState>} surroundings.state
 * @param {(error: unknown) => void} surroundings.report
 */
export function createLearnt({ api, state, report }) {
  const current = () => state.session.peek()?.id ?? null;

  /** @param {string} id @param {(known: Evaluation[]) => Evaluation[]} change */
  function keep(id, change) {
    const all = state.evaluations.peek();
    const known = all.get(id) ?? [];
    const next = change(known);
    if (next !== known) state.evaluations.value = new Map(all).set(id, next);
  }

  /** @param {string} id @param {SamplesWanted} wanted @returns {Promise<Words>} */
  async function draw(id, wanted) {
    const standing = state.frame.peek()?.info.position.step ?? 0;
    try {
      const { step, measured } = await api.samples(id, wanted);
      return { session: id, step, wanted, samples: measured, problem: null };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { session: id, step: standing, wanted, samples: [], problem };
    }
  }

  return {
    /** A newer frame's news; `before` is the frame that was on show. @param {FrameInfo} info @param {FrameInfo | null} before */
    take(info, before) {
      keep(info.session, (known) => stillTrue(known, info, before));
    },

    /** One at a time. @param {EvaluationWanted} wanted */
    async evaluate(wanted) {
      const id = current();
      if (id === null || state.evaluating.peek()) return;
      state.evaluating.value = true;
      try {
        const { step, measured } = await api.evaluate(id, wanted);
        keep(id, (known) => withEvaluation(known, { step, statistics: wanted.statistics, losses: measured }));
      } catch (error) {
        report(error);
      } finally {
        state.evaluating.value = false;
      }
    },

    /** @param {SamplesWanted} wanted */
    async drawWords(wanted) {
      const id = current();
      if (id === null) return;
      const drawn = await draw(id, wanted);
      if (id === current()) state.words.value = drawn;
    },
  };
}
