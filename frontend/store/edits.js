/**
 * Edits of a run: what is changed by hand. At its last step they are made at once; at an earlier one all that came
 * after would no longer follow from it, so it is asked first what is to become of that.
 *
 * @import { ArmedTrap, PlantedOutliers, Session } from "../types/wire"
 * @import { Api } from "../api.js"
 * @import { initialState } from "./state.js"
 * @import { Transport } from "./transport.js"
 *
 * @typedef {object} Edit
 * @property {string} text  As it goes on from "You are about to": `set the learning rate to 0.05`.
 * @property {(id: string, options: { discardLater: boolean }) => Promise<unknown>} apply
 * @property {(id: string, step: number) => Promise<Session>} branch  The same in a new session that branches off there.
 *
 * @typedef {"branch" | "discard" | "cancel"} Answer
 *
 * @typedef {object} Question
 * @property {string} text  The edit's.
 * @property {number} step  Where the session stands.
 * @property {number} last  How far it has come.
 * @property {(answer: Answer) => void} answer
 */

/**
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {ReturnType<typeof initialState>} state
 * @property {Transport} transport
 * @property {(id: string) => Promise<void>} open  Opens a session.
 */

/** @param {Surroundings} surroundings */
export function createEdits({ api, state, transport, open }) {
  /** @param {Omit<Question, "answer">} question @returns {Promise<Answer>} */
  function ask(question) {
    state.question.peek()?.answer("cancel");
    return new Promise((resolve) => {
      state.question.value = {
        ...question,
        answer(answer) {
          state.question.value = null;
          resolve(answer);
        },
      };
    });
  }

  /** Where the session stands; on the way through what it has behind it, it is stopped. @param {string} id */
  async function stand(id) {
    const found = await api.session(id);
    if (!found.running || found.position.step === found.last_step) return found;
    await api.pause(id);
    return api.session(id);
  }

  /** @typedef {{ step: number, last: number }} Place  Where the session stands, and how far it has come. */
  /**
   * @param {Edit} edit
   * @param {Place | null} agreed  What comes after this place may be discarded.
   */
  async function make(edit, agreed = null) {
    await transport.command(async (id) => {
      const { position: { step }, last_step: last } = await stand(id);
      const discardLater = step < last;
      if (discardLater && !(agreed?.step === step && agreed.last === last)) decide(edit, { step, last });
      else await edit.apply(id, { discardLater });
    });
  }

  /** Other commands do not wait for a person. @param {Edit} edit @param {Place} place */
  async function decide(edit, place) {
    const answer = await ask({ text: edit.text, ...place });
    if (answer === "discard") await make(edit, place);
    if (answer === "branch") await transport.command(async (id) => open((await edit.branch(id, place.step)).id));
  }

  return {
    make,
    /** @param {number} rate */
    async setLearningRate(rate) {
      // The server says best why it refuses what is no number, before anything is decided.
      if (!Number.isFinite(rate)) return transport.command((id) => api.setLearningRate(id, rate));
      return make({
        text: `set the learning rate to ${rate}`,
        apply: (id, options) => api.setLearningRate(id, rate, options),
        branch: (id, step) => api.branch(id, { step, training: { learning_rate: rate } }),
      });
    },
    /** All traps that are to be armed. @param {ArmedTrap[]} traps */
    setTraps: (traps) => make({
      text: traps.length ? `arm ${traps.map(({ name }) => name).join(", ")}` : "disarm all traps",
      apply: (id, options) => api.setTraps(id, traps, options),
      branch: (id, step) => api.branch(id, { step, training: { traps } }),
    }),
    /** The outliers that are to be in the training split. @param {PlantedOutliers | null} outliers */
    setOutliers: (outliers) => make({
      text: outliers ? `plant ${outliers.count} outliers` : "take all outliers out",
      apply: (id, options) => api.setOutliers(id, outliers, options),
      branch: (id, step) => api.branch(id, { step, training: { outliers } }),
    }),
    /** Another session is open. */
    reset: () => state.question.peek()?.answer("cancel"),
  };
}
