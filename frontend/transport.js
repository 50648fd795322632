/**
 * Moves the open session through time. What a command comes to is worked out when its turn comes, from where the
 * session stands by then: several may be on their way, and others may move it too.
 *
 * @import { Position } from "./types/wire"
 * @import { Api, Unit } from "./api.js"
 * @import { derive, initialState } from "./state.js"
 */

import { commandQueue } from "./lib/command-queue.js";
import { withinStep } from "./lib/timeline.js";

/**
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {ReturnType<typeof initialState>} state
 * @property {ReturnType<typeof derive>} derived
 * @property {(error: unknown) => void} report
 */

/** @param {Surroundings} surroundings */
export function createTransport({ api, state, derived, report }) {
  /** A run was asked for, and perhaps no frame has said so yet. */
  let started = false;
  /**
   * The op that was asked for has been reached; so many frames may still come that were made before. Null: it has not.
   * @type {number | null}
   */
  let late = null;

  const queue = commandQueue(report);
  const current = () => state.session.peek()?.id ?? null;

  /**
   * For the session that is open now; where another one is open when its turn comes, nothing is done.
   * @template {unknown[]} Rest
   * @param {(id: string, ...rest: Rest) => Promise<unknown>} act
   */
  function here(act) {
    const id = current();
    return async (/** @type {Rest} */ ...rest) => {
      if (id !== null && id === current()) await act(id, ...rest);
    };
  }

  /** @param {(id: string) => Promise<unknown>} act */
  const command = (act) => queue.add(here(act));

  /** @param {string} id */
  async function run(id) {
    const { speed } = state.choices.peek();
    const until = derived.until.peek();
    await api.run(id, { ...(speed !== "max" && { steps_per_second: Number(speed) }), ...(until && { until }) });
    started = true;
  }

  /** Where it stands if it had to be stopped, else null. @param {string} id @returns {Promise<Position | null>} */
  async function pause(id) {
    if (!derived.running.peek() && !started) return null;
    const { position } = await api.pause(id);
    started = false;
    return position;
  }

  /** @param {string} id @returns {Promise<Position>} */
  const whereItStops = async (id) => (await pause(id)) ?? (await api.session(id)).position;

  /** @param {string} id @param {Unit} unit @param {number} count  Negative: no further back than the step begins. */
  async function back(id, unit, count) {
    const position = await whereItStops(id);
    const network = state.network.peek();
    const possible = network ? withinStep(unit, count, position, network) : 0;
    if (possible) await api.advance(id, unit, possible);
  }

  /** @param {string} id @param {Unit} unit @param {number} count */
  async function forward(id, unit, count) {
    await pause(id);
    await api.advance(id, unit, count);
  }

  /** @param {number | null} op */
  function aim(op) {
    late = null;
    state.aim.value = op;
  }

  /** @param {string} id @param {number} op */
  async function goTo(id, op) {
    try {
      const away = op - (await whereItStops(id)).op;
      if (away) await api.advance(id, "op", away);
    } catch (error) {
      aim(null);
      throw error;
    }
    if (state.aim.peek() !== op) return;
    if (derived.op.peek() === op) aim(null);
    else late = 1;
  }

  return {
    command,
    run: () => command(run),
    pause: () => command(pause),
    /** @param {Unit} unit @param {number} count */
    advance: (unit, count) => queue.move(`${unit} of ${current()}`, count, (waiting, next) => waiting + next,
      here(async (id, /** @type {number} */ all) => {
        if (all) await (all < 0 ? back : forward)(id, unit, all);
      })),
    /** To an op of this step; of several that are asked for in a row the last one counts. @param {number} op */
    goTo(op) {
      aim(op);
      return queue.move(`way in ${current()}`, op, (_, next) => next, here(goTo));
    },
    /** A new frame is on show. */
    shown() {
      if (late === null) return;
      if (late === 0 || derived.op.peek() === state.aim.peek()) aim(null);
      else late -= 1;
    },
    /** Another session is open. */
    reset() {
      started = false;
      aim(null);
    },
  };
}
