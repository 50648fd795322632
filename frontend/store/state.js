/**
 * What the page knows, and what follows from it.
 *
 * @import { Dataset, Hunting, Network, Op, Position, Session, Timeline, View } from "../types/wire"
 * @import { Frame } from "../frames.js"
 * @import { Connection } from "../stream.js"
 * @import { Choices } from "../lib/page/choices.js"
 * @import { ReadonlySignal } from "../lib/signals.js"
 * @import { Evaluation } from "../lib/learning/evaluations.js"
 * @import { Checked } from "../lib/verdict.js"
 * @import { Question } from "./edits.js"
 * @import { Words } from "./learnt.js"
 * @import { Notice } from "./notices.js"
 * @import { Explained, Pointed } from "./pointing.js"
 *
 * @typedef {Partial<Position> & { op: number }} Aim  An op of the step where the session stands, or of another step.
 * @typedef {"auto" | "light" | "dark" | "contrast"} Theme
 */

import { EMPTY } from "../lib/learning/history.js";
import { computed, signal } from "../lib/signals.js";
import { metricOf, parsed } from "../lib/time/breakpoints.js";
import { momentAt, momentsOf } from "../lib/time/moments.js";
import { standstill } from "../lib/time/standstill.js";
import { union } from "../lib/views.js";

/** Up to so many steps a second one can follow each of them. */
const READABLE = 8;

/** @param {Choices} choices */
export function initialState(choices) {
  return {
    ops: signal(/** @type {Op[]} */ ([])),
    datasets: signal(/** @type {Dataset[]} */ ([])),
    sessions: signal(/** @type {Session[]} */ ([])),
    session: signal(/** @type {Session | null} */ (null)),
    network: signal(/** @type {Network | null} */ (null)),
    frame: signal(/** @type {Frame | null} */ (null)),
    /** Where the session was asked to go, until it has come there. */
    aim: signal(/** @type {Aim | null} */ (null)),
    history: signal(EMPTY),
    timeline: signal(/** @type {Timeline | null} */ (null)),
    verification: signal(/** @type {Checked | null} */ (null)),
    verifying: signal(false),
    /** The hunt for a hidden trap, and the score; null: not asked for. */
    hunting: signal(/** @type {Hunting | null} */ (null)),
    /** Of this visit, by session. */
    evaluations: signal(/** @type {ReadonlyMap<string, Evaluation[]>} */ (new Map())),
    evaluating: signal(false),
    /** The words that were drawn last. */
    words: signal(/** @type {Words | null} */ (null)),
    connection: signal(/** @type {Connection} */ ("connecting")),
    /** Why the last run stopped, and how a replay differed, where somebody has read it and put it away. */
    dismissed: signal({ stopped: /** @type {string | null} */ (null), divergence: /** @type {string | null} */ (null) }),
    /** What has to be decided before something is changed at an earlier step. */
    question: signal(/** @type {Question | null} */ (null)),
    notices: signal(/** @type {Notice[]} */ ([])),
    choices: signal(choices),
    /** The cell under the mouse or the arrow keys. */
    pointed: signal(/** @type {Pointed | null} */ (null)),
    explanation: signal(/** @type {Explained | null} */ (null)),
    /** The views each panel wants. */
    wishes: signal(/** @type {ReadonlyMap<string, View[]>} */ (new Map())),
  };
}

/** What follows from the state. @param {ReturnType<typeof initialState>} state */
export function derive({ frame, session, network, wishes, datasets, connection, aim, choices, dismissed }) {
  const info = computed(() => frame.value?.info ?? null);
  const newest = computed(() => info.value ?? session.value);
  const position = computed(() => newest.value?.position ?? null);
  const loss = computed(() => newest.value?.loss ?? null);
  /** The forward pass is through, and its loss is no number. */
  const diverged = computed(() => {
    const { op = -1 } = position.value ?? {};
    return loss.value === null && network.value !== null && op >= network.value.forward_ops;
  });
  const moments = computed(() => (network.value ? momentsOf(network.value) : []));
  /** Where the session stands or, on the way to where it was asked to go, where it will. */
  const heading = computed(() => position.value && { ...position.value, ...aim.value });
  const lastStep = computed(() => newest.value?.last_step ?? 0);
  return {
    info,
    position,
    heading,
    lastStep,
    /** How many steps come after the one where it stands. */
    later: computed(() => (position.value ? lastStep.value - position.value.step : 0)),
    op: computed(() => position.value?.op ?? 0),
    loss,
    diverged,
    running: computed(() => newest.value?.running ?? false),
    engine: computed(() => newest.value?.engine ?? null),
    /** Why it stands still though it was told to move, or stands where it did not before. */
    standstill: computed(() => {
      const { stopped = null, divergence = null, engine } = newest.value ?? {};
      const waiting = engine?.waiting ?? false;
      return standstill({ waiting, stopped, diverged: diverged.value, divergence }, dismissed.value);
    }),
    /** Why the newest of it is not saved, or null. */
    unsaved: computed(() => newest.value?.unsaved ?? null),
    /** The breakpoint that a run of this session gets. */
    until: computed(() => {
      const until = parsed(choices.value.until);
      return until && network.value && metricOf(network.value, until.metric) ? until : null;
    }),
    /** Frames come faster than one can read them. */
    streaming: computed(() => info.value?.running === true && (info.value.steps_per_second ?? Infinity) > READABLE),
    /** Measured; null where nothing runs, or nothing is heard of it. */
    stepsPerSecond: computed(() => (connection.value === "lost" ? null : info.value?.steps_per_second ?? null)),
    training: computed(() => newest.value?.training ?? null),
    dataset: computed(() => datasets.value.find(({ id }) => id === session.value?.config.data.dataset) ?? null),
    theme: computed(() => /** @type {Theme} */ (choices.value.theme)),
    moments,
    moment: computed(() => (position.value ? momentAt(moments.value, position.value) : null)),
    /** As text, so that the same wishes again are no change. */
    views: computed(() => JSON.stringify(union(wishes.value.values()))),
  };
}

/**
 * The same signals, to be read only.
 * @template {Record<string, ReadonlySignal<any>>} S
 * @param {S} signals
 * @returns {{ readonly [Name in keyof S]: ReadonlySignal<S[Name]["value"]> }}
 */
export const readOnly = (signals) => signals;
