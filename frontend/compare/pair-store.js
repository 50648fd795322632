/**
 * Stores as views know them, for two sessions that are compared. What moves a session moves both, and what is said of
 * its way holds of both; so no view has to know whether something is compared.
 *
 * @import { View } from "../types/wire"
 * @import { ReadonlySignal } from "../lib/signals.js"
 * @import { Standstill } from "../lib/time/standstill.js"
 * @import { createLockstep } from "./lockstep.js"
 * @import { Store } from "../store/store.js"
 *
 * @typedef {object} Sides
 * @property {Store} first
 * @property {Store} second
 * @property {ReturnType<typeof createLockstep>} lock
 * @property {ReadonlySignal<boolean>} active  Whether something is compared; else all is as the first store has it.
 */

import { computed } from "../lib/signals.js";
import { checkpointBefore } from "../lib/time/timeline.js";

/** @type {Standstill} */
const NOTHING = { text: "", kind: "" };

/** What is said of the way of both. @param {Sides} sides */
function signalsOf({ first, second, lock, active }) {
  /** @template T @param {() => T} pair @param {() => T} alone */
  const either = (pair, alone) => computed(() => (active.value ? pair() : alone()));

  /** @returns {Standstill} */
  function standstill() {
    const text = lock.stopped.value;
    const kind = first.diverged.value || second.diverged.value ? "diverged" : "stopped";
    if (text !== null) return { text, kind };
    return [first, second].map((side) => side.standstill.value).find(({ kind: said }) => said === "waiting") ?? NOTHING;
  }

  const running = either(
    () => lock.running.value || first.running.value || second.running.value, () => first.running.value);
  /** As far as both have come. */
  const lastStep = either(() => Math.min(first.lastStep.value, second.lastStep.value), () => first.lastStep.value);
  const heading = either(
    () => first.position.value && { ...first.position.value, ...lock.aim.value }, () => first.heading.value);
  return {
    running,
    lastStep,
    heading,
    standstill: either(standstill, () => first.standstill.value),
    streaming: either(() => running.value, () => first.streaming.value),
    stepsPerSecond: either(() => lock.stepsPerSecond.value, () => first.stepsPerSecond.value),
    later: computed(() => lastStep.value - (first.position.value?.step ?? lastStep.value)),
    connection: either(
      () => (second.connection.value === "lost" ? second : first).connection.value, () => first.connection.value),
  };
}

/** What a person does to both. @param {Sides} sides @returns {Store["actions"]} */
function actionsOf({ first, second, lock, active }) {
  const { actions } = first;

  /** @template {unknown[]} Rest @param {(...rest: Rest) => unknown} pair @param {(...rest: Rest) => unknown} alone */
  const either = (pair, alone) => async (/** @type {Rest} */ ...rest) =>
    void (await (active.peek() ? pair : alone)(...rest));

  /** @param {number} step */
  function scrub(step) {
    const timeline = first.timeline.peek();
    lock.scrub(step, timeline ? checkpointBefore(timeline, step) : step);
  }

  return {
    ...actions,
    advance: either(lock.advance, actions.advance),
    goTo: either(lock.goTo, actions.goTo),
    seek: either(lock.seek, actions.seek),
    scrub: either(scrub, actions.scrub),
    run: either(lock.run, actions.run),
    pause: either(lock.pause, actions.pause),
    verify: either(() => Promise.all([actions.verify(), second.actions.verify()]), actions.verify),
    dismissStandstill: () => (active.peek() ? lock.dismissStopped() : actions.dismissStandstill()),
  };
}

/** What each session is asked for by itself. @param {Store} store */
const ownOf = ({ actions: { point, evaluate, drawWords } }) => ({ point, evaluate, drawWords });

/**
 * The store of all that stands on the page once, with the first session's panels, and that of the second one's panels.
 * What a person has chosen to look at holds for both.
 * @param {Sides} sides @returns {{ page: Store, column: Store }}
 */
export function pairStores(sides) {
  const { first, second } = sides;
  const shared = signalsOf(sides);
  const actions = actionsOf(sides);
  const { standstill, streaming, running, stepsPerSecond, connection } = shared;
  return {
    page: { ...first, ...shared, actions },
    column: {
      ...second, standstill, streaming, running, stepsPerSecond, connection,
      ops: first.ops, choices: first.choices, theme: first.theme,
      actions: { ...actions, ...ownOf(second), show: (/** @type {string} */ panel, /** @type {View[]} */ views) => second.actions.show(panel, views) },
    },
  };
}
