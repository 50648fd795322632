/**
 * Keeps the losses of all steps of the open session, whether it stands at the last of them or at an earlier one.
 *
 * @import { FrameInfo } from "../types/wire"
 * @import { Api } from "../api.js"
 * @import { History } from "../lib/learning/history.js"
 * @import { derive, initialState } from "./state.js"
 */

import { append, BUCKETS_RUNNING, continued, cut, isBlurred, isCoarse, isGap, MOST_BUCKETS, past } from "../lib/learning/history.js";
import { voidFrom } from "../lib/time/void.js";

/**
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {ReturnType<typeof initialState>} state
 * @property {ReturnType<typeof derive>} derived
 * @property {(error: unknown) => void} report
 */

/** @param {Surroundings} surroundings */
export function createPast({ api, state, derived, report }) {
  /** The session whose past is being read. @type {string | null} */
  let loading = null;

  /** A frame tells of many steps in few points. Once the session rests, what REST has more of them is read. */
  async function refine() {
    const info = derived.info.peek();
    if (!info || info.running || !isCoarse(state.history.peek())) return;
    await load(info.session, info.last_step);
  }

  /** The losses before the last step, as REST has them. @param {string} id @param {number} last */
  async function load(id, last) {
    if (last === 0 || loading === id) return;
    loading = id;
    try {
      const { series } = await api.metrics(id, "loss", MOST_BUCKETS, last - 1);
      if (state.session.peek()?.id !== id || !series.loss) return;
      // Where steps were discarded meanwhile, the answer has some that are not there any more.
      if (derived.lastStep.peek() >= last) state.history.value = continued(past(series.loss, last), state.history.peek());
    } finally {
      loading = null;
    }
    const now = derived.lastStep.peek();
    if (now < last) await load(id, now);
    else if (now > last) await refine();
  }

  return {
    load,
    /** A newer frame's news; `before` is the frame that was on show. @param {FrameInfo} info @param {FrameInfo | null} before */
    take(info, before) {
      const { session, metrics: { loss: news } } = info;
      const kept = withoutVoid(state.history.peek(), info, before);
      const most = info.running ? BUCKETS_RUNNING : MOST_BUCKETS;
      state.history.value = news ? append(kept, news, lastOf(info), most) : kept;
      // What was recorded stands in one frame only, and a page in the background takes none.
      const incomplete = news && (isGap(kept, news) || isBlurred(news));
      (incomplete ? load(session, info.last_step) : refine()).catch(report);
    },
  };
}

/** A frame's loss is that of the step where the session stands. @param {FrameInfo} info */
const lastOf = ({ last_step, position, loss }) => ({ step: last_step, loss: position.step === last_step ? loss : null });

/**
 * The history without the steps that were discarded since the frame before.
 * @param {History} history @param {FrameInfo} info @param {FrameInfo | null} before
 */
function withoutVoid(history, info, before) {
  const from = voidFrom(info, before);
  return from === null ? history : cut(history, from);
}
