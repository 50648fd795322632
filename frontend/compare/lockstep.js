/**
 * Keeps two sessions together: every command brings both to the same step, and to the op at which the second network
 * has come as far as the first. Where each of them stands is asked of the server when a command's turn comes, since
 * scripts and other pages may move them as well.
 *
 * @import { Position, Until } from "../types/wire"
 * @import { Api, Unit } from "../api.js"
 * @import { Place } from "./joint-run.js"
 * @import { Store } from "../store/store.js"
 *
 * @typedef {Pick<Store, "session" | "network" | "position">} Side
 * @typedef {Pick<Position, "step" | "op">} Point
 *
 * @typedef {object} Surroundings
 * @property {Pick<Api, "session" | "advance" | "seek" | "pause" | "metrics">} api
 * @property {Side[]} sides  Two.
 * @property {() => string} speed  Steps per second of a run, or "max".
 * @property {() => Until | null} until  The breakpoint of a run.
 * @property {(error: unknown) => void} report
 * @property {() => number} [now]  Milliseconds.
 * @property {(again: () => void, pause: number) => unknown} [wait]
 */

import { commandQueue } from "../lib/command-queue.js";
import { sameOp } from "../lib/compare/same-op.js";
import { once } from "../lib/once.js";
import { signal } from "../lib/signals.js";
import { backWithin } from "../lib/time/moments.js";
import { createJointRun } from "./joint-run.js";

/** So long one waits for a frame: a page in the background draws none. */
const LONGEST_WAIT = 250;

/** @param {Surroundings} surroundings */
export function createLockstep({
  api, sides, speed, until, report, now = () => performance.now(), wait = (again, pause) => setTimeout(again, pause),
}) {
  /** A command is under way. */
  const moving = signal(false);
  /** Where both were told to go, until they are seen there. */
  const aim = signal(/** @type {Point | null} */ (null));
  const queue = commandQueue(report);
  let underWay = 0;

  const [one, other] = sides;

  /** Whether both are seen where they belong together. Reads signals. */
  function together() {
    const [a, b] = [one.position.value, other.position.value];
    if (!a || !b || a.step !== b.step || !one.network.value || !other.network.value) return false;
    return b.op === sameOp(a.op, one.network.value, other.network.value);
  }

  /** Waits until both are seen there. @param {Point} point */
  const seen = ({ step, op }) => {
    const isThere = () => one.position.value?.step === step && one.position.value.op === op && together();
    return once(isThere, LONGEST_WAIT, wait);
  };

  const joint = createJointRun({ api, speed, until, seen, now, wait });

  /** Both as they stand; one that runs by itself is paused. @returns {Promise<Place[]>} */
  const standing = () => Promise.all(sides.map(async (side) => {
    const [open, network] = [side.session.peek(), side.network.peek()];
    if (!open || !network) throw new Error("Both sessions have to be open before they can be moved.");
    const { id } = open;
    const found = await api.session(id);
    if (found.running) await api.pause(id);
    const { position, last_step, loss } = found.running ? await api.session(id) : found;
    return { id, network, position, last_step, loss };
  }));

  /**
   * To a step and an op, along the past as far as it reaches, and with new steps from there on.
   * @param {Place} place @param {number} step @param {number} op
   */
  async function bring({ id, position, last_step }, step, op) {
    let at = position;
    if (step > last_step) {
      if (at.step < last_step) await api.seek(id, last_step);
      at = (await api.advance(id, "step", step - Math.max(at.step, last_step))).position;
    }
    if (at.step !== step || at.op !== op) await api.seek(id, step, op);
  }

  /** Both, to an op of the first network. @param {Place[]} places @param {Point} point */
  async function bringBoth([first, second], { step, op }) {
    await Promise.all([bring(first, step, op), bring(second, step, sameOp(op, first.network, second.network))]);
    return { step, op };
  }

  /** To where the first one stands or, where the other one has not been there, as far as both have. */
  async function align() {
    const [first, second] = await standing();
    const step = Math.min(first.position.step, second.last_step);
    const op = step === first.position.step ? first.position.op : first.network.ops;
    return bringBoth([first, second], { step, op });
  }

  /** @param {Unit} unit @param {number} count  Negative: back in time, no further than the run begins. */
  async function advance(unit, count) {
    const [first, second] = await standing();
    // Steps take time, so both make them at once. In all else the first one leads: a pass is one of its network's.
    if (unit === "step" && count > 0 && first.position.step === second.position.step) {
      const [{ position }] = await Promise.all([first, second].map(({ id }) => api.advance(id, "step", count)));
      return position;
    }
    const possible = count < 0 ? backWithin(unit, count, first.position, first.network) : count;
    if (possible === 0) return null;
    const { position } = await api.advance(first.id, unit, possible);
    await bring(second, position.step, sameOp(position.op, first.network, second.network));
    return position;
  }

  /** @param {number} number  The run's. */
  async function run(number) {
    await align();
    await joint.run(number, await standing(), async (step) => {
      const places = await standing();
      await seen(await bringBoth(places, { step, op: places[0].network.ops }));
    });
    return null;
  }

  /**
   * A command that is over once both are seen where it has led.
   * @template {unknown[]} Rest
   * @param {(...rest: Rest) => Promise<Point | null>} act
   */
  const doing = (act) => async (/** @type {Rest} */ ...rest) => {
    underWay++;
    moving.value = true;
    try {
      const point = await act(...rest);
      if (point) await seen(point);
    } finally {
      moving.value = --underWay > 0;
    }
  };

  /**
   * Of several that are asked for in a row the last one counts. `by` is where they go meanwhile, on the way.
   * @param {Point} to @param {Point} [by]
   */
  function goTo(to, by = to) {
    joint.pause();
    aim.value = to;
    const go = doing(async (/** @type {Point} */ point) => bringBoth(await standing(), point));
    return queue.move("way", { to, by }, (_, next) => next, async (last) => {
      try {
        await go(last.by);
      } finally {
        if (aim.peek() === last.to && last.by === last.to) aim.value = null;
      }
    });
  }

  /** A step with all of it known. @param {number} step */
  const whole = (step) => ({ step, op: one.network.peek()?.ops ?? 0 });

  return {
    moving,
    aim,
    together,
    running: joint.running,
    stepsPerSecond: joint.stepsPerSecond,
    stopped: joint.stopped,
    align() {
      joint.pause();
      return queue.add(doing(align));
    },
    run() {
      const number = joint.begin();
      return queue.add(doing(() => run(number)));
    },
    /** Once the advance that is under way is done. Also what somebody else has set running. */
    pause() {
      joint.pause();
      return queue.add(standing);
    },
    /** @param {Unit} unit */
    advance(unit, count = 1) {
      joint.pause();
      return queue.move(unit, count, (waiting, next) => waiting + next, doing(async (/** @type {number} */ all) =>
        (all ? advance(unit, all) : null)));
    },
    /** To an op of the step where they stand, or are on their way to. @param {number} op */
    goTo: (op) => goTo({ step: (aim.peek() ?? one.position.peek())?.step ?? 0, op }),
    /** To a step, with all of it known. @param {number} step */
    seek: (step) => goTo(whole(step)),
    /** Over a step on the way to another, by way of one that can be shown at once. @param {number} step @param {number} by */
    scrub: (step, by) => goTo(whole(step), whole(by)),
    /** What made the last run stop has been read. */
    dismissStopped: () => void (joint.stopped.value = null),
  };
}
