/**
 * Keeps the timeline of the open session: read when it is opened, and again when a frame tells that it may have changed.
 *
 * @import { FrameInfo } from "../types/wire"
 * @import { Api } from "../api.js"
 * @import { initialState } from "./state.js"
 */

import { isOutdated } from "../lib/time/timeline.js";

/**
 * @param {object} surroundings
 * @param {Api} surroundings.api
 * @param {ReturnType<typeof initialState>} surroundings.state
 * @param {(error: unknown) => void} surroundings.report
 */
export function createTimeline({ api, state, report }) {
  /** The session whose timeline is being read, and whether it changes meanwhile. */
  let reading = { id: "", again: false };

  /** @param {string} id */
  async function load(id) {
    if (reading.id === id) {
      reading.again = true;
      return;
    }
    const mine = (reading = { id, again: false });
    try {
      const timeline = await api.timeline(id);
      if (state.session.peek()?.id === id) state.timeline.value = timeline;
    } finally {
      if (reading === mine) reading = { id: "", again: false };
    }
    if (mine.again) await load(id);
  }

  return {
    load,
    /** A newer frame's news; `before` is the frame that was on show. @param {FrameInfo} info @param {FrameInfo | null} before */
    take(info, before) {
      const timeline = state.timeline.peek();
      if (timeline && isOutdated(timeline, before, info)) load(info.session).catch(report);
    },
  };
}
