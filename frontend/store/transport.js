/**
 * Moves the open session through time. What a command comes to is worked out when its turn comes, from where the
 * session stands by then: several may be on their way, and others may move it too.
 *
 * @import { Position } from "../types/wire"
 * @import { Api, Unit } from "../api.js"
 * @import { Aim, derive, initialState } from "./state.js"
 */

import { commandQueue } from "../lib/command-queue.js";
import { backWithin } from "../lib/time/moments.js";
import { checkpointBefore } from "../lib/time/timeline.js";

/** So many times as far back as is wanted. */
const ROOM = 10;

/**
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {ReturnType<typeof initialState>} state
 * @property {ReturnType<typeof derive>} derived
 * @property {(error: unknown) => void} report
 *
 * @typedef {ReturnType<typeof createTransport>} Transport
 */

/** @param {Surroundings} surroundings */
export function createTransport({ api, state, derived, report }) {
  /** A run was asked for, and perhaps no frame has said so yet. */
  let started = false;
  /**
   * What was asked for has been reached; so many frames may still come that were made before. Null: it has not.
   * @type {number | null}
   */
  let late = null;
  /** The checkpoint that was asked for last while steps are gone over. @type {number | null} */
  let passed = null;

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

  /** @param {string} id @param {Unit} unit @param {number} count  Negative: no further back than the run begins. */
  async function back(id, unit, count) {
    const network = state.network.peek();
    if (!network) return;
    /** @param {Position} from @param {number} wanted */
    const within = (from, wanted) => backWithin(unit, wanted, from, network);
    const position = await pause(id) ?? derived.position.peek();
    // What is on show may be some moves old. With room enough that does not matter, and it need not be asked for.
    const hasRoom = position && within(position, ROOM * count) === ROOM * count;
    const possible = hasRoom ? count : within((await api.session(id)).position, count);
    if (possible) await api.advance(id, unit, possible);
  }

  /** @param {string} id @param {Unit} unit @param {number} count */
  async function forward(id, unit, count) {
    await pause(id);
    await api.advance(id, unit, count);
  }

  /** @param {Aim | null} aim */
  function aimAt(aim) {
    late = null;
    state.aim.value = aim;
  }

  const isThere = () => {
    const [stands, heads] = [derived.position.peek(), derived.heading.peek()];
    return stands?.step === heads?.step && stands?.op === heads?.op;
  };

  /** Goes there; it is on show once a frame has come from there. @param {Aim} aim @param {() => Promise<unknown>} go */
  async function reach(aim, go) {
    try {
      await go();
    } catch (error) {
      if (state.aim.peek() === aim) aimAt(null);
      throw error;
    }
    if (state.aim.peek() !== aim) return;
    if (isThere()) aimAt(null);
    else late = 1;
  }

  /** @param {string} id @param {Aim} aim */
  const goTo = (id, aim) => reach(aim, async () => {
    const away = aim.op - (await whereItStops(id)).op;
    if (away) await api.advance(id, "op", away);
  });

  /** @typedef {{ step: number, op?: number, aim: Aim | null }} Target  Without an aim it is only passed on the way. */
  /** @param {string} id @param {Target} target */
  async function seek(id, { step, op, aim }) {
    const go = async () => {
      await pause(id);
      await (op === undefined ? api.seek(id, step) : api.seek(id, step, op));
    };
    await (aim ? reach(aim, go) : go());
  }

  /** Of several that are asked for in a row the last one counts. @param {Target} target */
  const seekNext = (target) => queue.move(`step of ${current()}`, target, (_, next) => next, here(seek));

  /** A step with all of it known. @param {number} step */
  const whole = (step) => ({ step, op: derived.position.peek()?.ops ?? 0 });

  return {
    command,
    run: () => command(run),
    /** As fast as it can, and no further than to this step. @param {number} step */
    runTo: (step) => command(async (id) => {
      await api.run(id, { until_step: step });
      started = true;
    }),
    pause: () => command(pause),
    /** @param {Unit} unit @param {number} count */
    advance: (unit, count) => queue.move(`${unit} of ${current()}`, count, (waiting, next) => waiting + next,
      here(async (id, /** @type {number} */ all) => {
        if (all) await (all < 0 ? back : forward)(id, unit, all);
      })),
    /** To an op of this step; of several that are asked for in a row the last one counts. @param {number} op */
    goTo(op) {
      const aim = { op };
      aimAt(aim);
      return queue.move(`way in ${current()}`, aim, (_, next) => next, here(goTo));
    },
    /** To a step, with all of it known. @param {number} step */
    seek(step) {
      passed = null;
      aimAt(whole(step));
      return seekNext({ step, aim: state.aim.peek() });
    },
    /** To a step and an op of it. @param {{ step: number, op: number }} position */
    visit({ step, op }) {
      passed = null;
      aimAt({ step, op });
      return seekNext({ step, op, aim: state.aim.peek() });
    },
    /** Over a step on the way to another: shows the nearest before it that can be shown at once. @param {number} step */
    scrub(step) {
      aimAt(whole(step));
      const timeline = state.timeline.peek();
      const next = timeline && checkpointBefore(timeline, step);
      if (next === null || next === passed) return;
      passed = next;
      return seekNext({ step: next, aim: null });
    },
    /** A new frame is on show. */
    shown() {
      if (late === null) return;
      if (late === 0 || isThere()) aimAt(null);
      else late -= 1;
    },
    /** Another session is open. */
    reset() {
      started = false;
      passed = null;
      aimAt(null);
    },
  };
}
