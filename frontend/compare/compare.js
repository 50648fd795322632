/**
 * Two sessions compared: a second store for the other one, both kept at the same step and op, and what both show there.
 *
 * @import { Api } from "../api.js"
 * @import { Frame } from "../frames.js"
 * @import { Store } from "../store/store.js"
 * @import { Session, Trap } from "../types/wire"
 *
 * @typedef {{ a: Frame, b: Frame }} Pair  Frames of the same step and op.
 *
 * @typedef {object} Surroundings
 * @property {Store} first
 * @property {Store} second
 * @property {Api} api
 * @property {() => number} [now]
 * @property {(again: () => void, pause: number) => unknown} [wait]
 *
 * @typedef {object} Trial  Something changed, to be compared with how it is.
 * @property {string} name  Of the change.
 * @property {string} filled  What it is changed to, as a person has written it.
 * @property {number} step  Where a learning rate begins to be another.
 *
 * @typedef {ReturnType<typeof createComparison>} PageStore
 * @typedef {PageStore["comparison"]} Comparison
 */

import { changedConfig, LEARNING_RATE, titled } from "../lib/compare/changes.js";
import { partingStep } from "../lib/compare/kinship.js";
import { computed, effect, signal } from "../lib/signals.js";
import { numeric } from "../lib/time/new-session.js";
import { createLockstep } from "./lockstep.js";
import { pairStores } from "./pair-store.js";

/** The panel that shows values of both, by the name under which it asks for them. */
export const DIFFERENCE = "compare-difference";

/** The store that the page's views are started with. @param {Surroundings} surroundings */
export function createComparison({ first, second, api, ...timing }) {
  const { actions } = first;
  const lock = createLockstep({
    api, sides: [first, second], report: actions.report, ...timing,
    speed: () => first.choices.peek().speed,
    until: () => first.until.peek(),
  });

  /** Both are open. */
  const active = computed(() => {
    const [a, b] = [first.session.value, second.session.value];
    return a !== null && b !== null && a.id !== b.id && b.id === first.choices.value.compare;
  });
  const together = computed(() => active.value && lock.together());
  /** The newest that both showed at the same step and op. */
  const frames = signal(/** @type {Pair | null} */ (null));
  const { page, column } = pairStores({ first, second, lock, active });

  const compareWith = (/** @type {string} */ id) => actions.choose("compare", id);
  const leave = () => compareWith("");

  effect(() => {
    const [a, b] = [first.frame.value, second.frame.value];
    const held = frames.peek();
    const ofOthers = held?.a.info.session !== first.session.value?.id || held?.b.info.session !== second.session.value?.id;
    if (a && b && together.value) frames.value = { a, b };
    else if (!active.value || ofOthers) frames.value = null;
  });

  /** So many pairs are being opened and brought together. */
  const openings = signal(0);

  /** Opens what the choices say, and brings both together. @param {string} id @param {string} other */
  async function follow(id, other) {
    openings.value++;
    try {
      await open(id, other);
    } catch (error) {
      actions.report(error);
    } finally {
      openings.value--;
    }
  }

  /** @param {string} id @param {string} other */
  async function open(id, other) {
    if (other === id) return leave();
    if (other === "") {
      if (!second.session.peek()) return;
      lock.pause();
      return second.actions.closeSession();
    }
    if (second.session.peek()?.id !== other) await second.actions.openSession(other);
    // Others may have been chosen meanwhile.
    if (first.session.peek()?.id !== id || first.choices.peek().compare !== other) return;
    // Where there is no such session, that has been said.
    if (second.session.peek()?.id !== other) return leave();
    // A page that is only to be looked at shows them where they stand.
    if (first.choices.peek().controls === "all") await lock.align();
  }

  const ids = computed(() => JSON.stringify([first.session.value?.id ?? null, first.choices.value.compare]));
  effect(() => {
    const [id, other] = JSON.parse(ids.value);
    // Later: what is read on the way is none of this effect's business.
    if (id !== null) queueMicrotask(() => follow(id, other));
  });

  // After a server was lost and came back without the session, the store has opened another one in its place.
  effect(() => {
    const open = second.session.value?.id;
    queueMicrotask(() => {
      if (open && openings.peek() === 0 && open !== first.choices.peek().compare) leave();
    });
  });

  // A difference needs the same values of both.
  effect(() => second.actions.show(DIFFERENCE, first.wishes.value.get(DIFFERENCE) ?? []));

  // What is to be said of the second session stands where all else does.
  effect(() => {
    const said = second.notices.value;
    queueMicrotask(() => said.forEach(({ id, text }) => {
      actions.notice(text);
      second.actions.dismiss(id);
    }));
  });

  /** A branch or a new session with one thing changed, beside this one. What is refused rejects. @param {Trial} trial */
  async function tryWith({ name, filled, step }) {
    const session = first.session.peek();
    if (!session) return;
    const made = name === LEARNING_RATE
      ? await api.branch(session.id, {
          name: titled(session.name, "learning rate", filled.trim()), step, training: { learning_rate: numeric(filled) },
        })
      : await api.createSession(changedConfig(session, name, filled));
    await actions.refresh();
    compareWith(made.id);
  }

  /**
   * Two new sessions that differ in a trap alone, side by side, and the panel that tells them apart.
   * @param {Pick<Trap, "name" | "title" | "threshold" | "twins">} trap
   */
  async function openTwins({ name, title, threshold, twins }) {
    const labels = twins.every(({ armed }) => armed) ? ["masked", "unmasked"] : ["right", "wrong"];
    /** @type {Session[]} */
    const made = [];
    try {
      for (const [i, { config, armed }] of twins.entries()) {
        made.push(await api.createSession({ ...config, name: `${labels[i]}: ${title}` }));
        if (armed) await api.setTraps(made[i].id, [{ name, threshold }]);
      }
    } catch (error) {
      await Promise.all(made.map(({ id }) => api.remove(id)));
      throw error;
    }
    await actions.openSession(made[0].id);
    // A bad start has right gradients, and shows in what they are.
    actions.choose("panels", twins.some(({ armed }) => armed) ? "verification" : "health");
    compareWith(made[1].id);
  }

  return {
    ...page,
    comparison: {
      active,
      /** The store of the second session's panels. */
      second: column,
      frames,
      /** Both stand where they belong together. */
      together,
      /** They are on their way. */
      moving: computed(() => lock.moving.value || openings.value > 0),
      /** The last step that both share, where they come from the same session. */
      parting: computed(() => {
        const [a, b] = [first.session.value, second.session.value];
        return a && b ? partingStep(a, b, first.sessions.value) : null;
      }),
      compareWith,
      leave,
      align: lock.align,
      tryWith,
      openTwins,
    },
  };
}
