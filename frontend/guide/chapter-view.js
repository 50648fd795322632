/**
 * A chapter's way to the view that it wants: session, training as far as it needs, position, and what is shown.
 *
 * @import { Position, Session } from "../types/wire"
 * @import { Api } from "../api.js"
 * @import { PageStore } from "../compare/compare.js"
 * @import { Choices } from "../lib/page/choices.js"
 * @import { Plan } from "../lib/guide/lesson.js"
 *
 * @typedef {{ session: string | null, sessionName: string, position: Position | null, choices: Choices, plan: Plan }} Placed
 *   Where a chapter has put the page. A position that it did not ask for is null.
 * @typedef {{ text: string, until: number | null }} Doing  What the reader waits for; `until`: the step it trains to.
 *
 * @typedef {object} Under  How it goes on its way.
 * @property {() => boolean} isOver  It is not wanted any more.
 * @property {(doing: Doing) => void} tell
 */

import { ApiError } from "../api.js";
import { choicesOf, holds, opOf } from "../lib/guide/lesson.js";
import { locked } from "../lib/page/controls.js";
import { batch, effect } from "../lib/signals.js";

/** A chapter asks for what cannot be; the line is its page block's. */
export class Unfulfilled extends Error {
  /** @param {number} line @param {string} text */
  constructor(line, text) {
    super(text);
    this.line = line;
  }
}

/** Until it holds. Reads signals. @param {() => boolean} condition @returns {Promise<void>} */
const when = (condition) => new Promise((done) => {
  const stop = effect(() => {
    // Later: an effect cannot be ended before it has begun.
    if (condition()) queueMicrotask(() => { stop(); done(); });
  });
});

/** Several choices as one. @param {Pick<PageStore, "actions">} store @param {Partial<Choices>} next */
export const chooseAll = ({ actions }, next) => batch(() => {
  for (const [key, value] of Object.entries(next)) actions.choose(/** @type {keyof Choices} */ (key), value);
});

/** @param {{ store: PageStore, api: Pick<Api, "sessions" | "timeline"> }} surroundings */
export function createChapterView({ store, api }) {
  const { actions, choices } = store;
  /** Sessions that were made here, by the config asked for. @type {Map<string, string>} */
  const made = new Map();

  /** @param {Session[]} all @param {NonNullable<Plan["session"]>} wanted */
  async function findSession(all, { config }) {
    const mine = made.get(JSON.stringify(config));
    for (const session of all) {
      const fits = session.id === mine || (session.parent === null && holds(config, session.config));
      // One that was changed on its way does not show what the text says.
      if (fits && (await api.timeline(session.id)).commands.length === 0) return session.id;
    }
    return null;
  }

  /** @param {NonNullable<Plan["session"]>} wanted */
  async function openSession(wanted) {
    const id = await findSession(await api.sessions(), wanted);
    if (id === null) {
      await actions.createSession(wanted.config).catch((error) => {
        throw error instanceof ApiError ? new Unfulfilled(wanted.line, `session: ${error.message}`) : error;
      });
      made.set(JSON.stringify(wanted.config), store.session.peek()?.id ?? "");
    } else if (id !== store.session.peek()?.id) await actions.openSession(id);
  }

  /** Trains as far as that step; false where it ended before. @param {number} step @param {Under} way */
  async function train(step, { isOver, tell }) {
    const from = store.lastStep.peek();
    if (from >= step) return true;
    tell({ text: "Training", until: step });
    await actions.runTo(step);
    let hasRun = false;
    await when(() => {
      const [last, running, stopped] = [store.lastStep.value, store.running.value, store.info.value?.stopped];
      hasRun ||= running;
      return isOver() || last >= step || (!running && (hasRun || last > from || typeof stopped === "string"));
    });
    return store.lastStep.peek() >= step;
  }

  /** @param {Plan} plan @returns {Position | null} */
  function positionOf({ step, op }) {
    const [position, network] = [store.position.peek(), store.network.peek()];
    if (!position || !network || (step === null && op === null)) return null;
    const at = op === null ? network.ops : opOf(op.at, network);
    if (op !== null && at === null) throw new Unfulfilled(op.line, `op: this session has no “${op.at}”`);
    return { step: step ?? position.step, op: at ?? network.ops, ops: network.ops };
  }

  /** Session, training and position; null: it did not come there. @param {Plan} plan @param {Under} way @returns {Promise<Placed | null>} */
  async function arrive(plan, { isOver, tell }) {
    if (locked(store)) return null;
    if (plan.session) await openSession(plan.session);
    if (isOver() || !(await train(plan.step ?? 0, { isOver, tell })) || isOver()) return null;
    const position = positionOf(plan);
    if (position) await actions.visit(position);
    return isOver() ? null : placedAt(plan, position);
  }

  /** @param {Plan} plan @param {Position | null} position @returns {Placed} */
  function placedAt(plan, position) {
    const session = store.session.peek();
    const chosen = choicesOf(choices.peek(), plan);
    return { session: session?.id ?? null, sessionName: session?.name ?? "", position, choices: chosen, plan };
  }

  return {
    /** A whole chapter. Raises Unfulfilled. @param {Plan} plan @param {Under} way */
    enter(plan, way) {
      way.tell({ text: "Opening", until: null });
      chooseAll(store, choicesOf(choices.peek(), plan));
      return arrive(plan, way);
    },
    /** Where a chapter would put this session; null: it wants another one. Raises Unfulfilled. @param {Plan} plan */
    recognize(plan) {
      const config = store.session.peek()?.config ?? null;
      return plan.session && !holds(plan.session.config, config) ? null : placedAt(plan, positionOf(plan));
    },
    /** A link in its text: what it does not name stays. Raises Unfulfilled. @param {Plan} plan @param {Under} way */
    follow(plan, way) {
      chooseAll(store, plan.choices);
      return plan.step === null && plan.op === null ? Promise.resolve(null) : arrive(plan, way);
    },
  };
}
