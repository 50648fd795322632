/**
 * Trains two sessions together: a run is a row of advances, each as long in the one as in the other, so that both stand
 * at the same step whenever one looks. The next goes out once the page shows where the last one led, which is what
 * makes their difference something to be seen while they run.
 *
 * @import { Network, Position, Until } from "../types/wire"
 * @import { Api } from "../api.js"
 *
 * @typedef {object} Place  Where one of them stands.
 * @property {string} id
 * @property {Network} network
 * @property {Position} position
 * @property {number} last_step
 * @property {number | null} loss
 *
 * @typedef {object} Surroundings
 * @property {Pick<Api, "advance" | "metrics">} api
 * @property {() => string} speed  Steps per second, or "max".
 * @property {() => Until | null} until  The breakpoint.
 * @property {(position: Position) => Promise<unknown>} seen  Resolves once the page shows both there.
 * @property {() => number} now  Milliseconds.
 * @property {(again: () => void, pause: number) => unknown} wait
 */

import { whole } from "../lib/format.js";
import { batch, signal } from "../lib/signals.js";
import { crossing, recordedAs } from "../lib/time/crossing.js";

/** About so long is one advance to take: with a frame after it, some ten of them are seen in a second. */
const CHUNK_MILLISECONDS = 60;
/** One that takes less may be longer. */
const LONG_MILLISECONDS = 100;
/** One that was fast may have been so by chance. */
const FASTER_AT_MOST = 4;
/** By so much a step is taken to have become slower, if an advance says so: what held that up may have been else. */
const SLOWER_AT_MOST = 1.3;
/** Of so many the server tells every single metric. */
const MOST_STEPS = 10_000;
/** The weight of the past in the rate that is shown, in chunks. */
const STEADY = 0.8;

/**
 * How many steps the next advance may have, and what one step is now taken to cost, in milliseconds.
 * @param {{ steps: number, cost: number }} last @param {number} took  Milliseconds.
 */
export function nextChunk({ steps, cost: before }, took) {
  const cost = Math.min(Math.max(took, 1) / steps, SLOWER_AT_MOST * before);
  // Where the way to the server alone takes so long, more steps hardly take longer: only trying them can tell.
  const least = took < LONG_MILLISECONDS ? Math.ceil(1.25 * steps) : 1;
  const fitting = Math.max(least, Math.floor(CHUNK_MILLISECONDS / cost));
  return { steps: Math.min(fitting, FASTER_AT_MOST * steps, MOST_STEPS), cost };
}

/** Why they stop, where the loss of one is no longer finite. @param {(number | null)[]} before @param {(number | null)[]} after @param {number} step */
function divergence(before, after, step) {
  // One that had diverged before goes on, beside the other.
  const which = after.findIndex((loss, i) => loss === null && before[i] !== null);
  return which < 0 ? null : `${"AB"[which]}: the loss is no longer finite by step ${whole(step)}. Run goes on all the same.`;
}

/** @param {Surroundings} surroundings */
export function createJointRun({ api, speed, until, seen, now, wait }) {
  const running = signal(false);
  /** Measured; null where nothing runs. */
  const stepsPerSecond = signal(/** @type {number | null} */ (null));
  /** Why the last run stopped by itself. */
  const stopped = signal(/** @type {string | null} */ (null));
  /** The newest run's number: one with another number has been paused. */
  let newest = 0;
  /** Ends the wait between two steps, which may be a second. */
  let wake = () => {};

  /** @param {number} milliseconds */
  const rest = (milliseconds) => new Promise((resolve) => {
    wake = () => resolve(undefined);
    wait(wake, milliseconds);
  });

  /** Where the first of them comes to the breakpoint. @param {Place[]} places @param {number} from @param {number} to */
  async function halt(places, from, to) {
    const wanted = until();
    if (!wanted) return null;
    const metric = recordedAs(wanted);
    const halts = await Promise.all(places.map(async ({ id }, i) => {
      const { series } = await api.metrics(id, metric, MOST_STEPS, to, from + 1);
      const found = series[metric] && crossing(wanted, series[metric]);
      return found ? [{ step: found.step, text: `${"AB"[i]}: ${found.text} at step ${whole(found.step)}.` }] : [];
    }));
    return halts.flat().sort((a, b) => a.step - b.step)[0] ?? null;
  }

  /**
   * Until it is paused, or something stops it: what, in a sentence.
   * @param {number} run @param {Place[]} places @param {(step: number) => Promise<unknown>} seek
   */
  async function train(run, places, seek) {
    let [{ position: { step } }] = places;
    let losses = places.map(({ loss }) => loss);
    let chunk = { steps: 1, cost: Infinity };
    let due = now();
    while (run === newest) {
      const begun = now();
      const rate = speed() === "max" ? Infinity : Number(speed());
      const steps = Math.max(1, Math.min(chunk.steps, Math.round((rate * CHUNK_MILLISECONDS) / 1000)));
      const answers = await Promise.all(places.map(({ id }) => api.advance(id, "step", steps)));
      chunk = nextChunk({ ...chunk, steps }, now() - begun);
      const [{ position }] = answers;
      const found = await halt(places, step, position.step);
      if (found) {
        // What lies between here and there has been made already, and will be gone along again.
        await seek(found.step);
        return found.text;
      }
      step = position.step;
      await seen(position);
      const after = answers.map(({ loss }) => loss);
      const diverged = divergence(losses, after, step);
      if (diverged) return diverged;
      losses = after;
      // One that was held up goes on from here at the rate, rather than make up for the time in a rush.
      due = Math.max(due + (1000 * steps) / rate, now() - CHUNK_MILLISECONDS);
      if (run === newest && due > now()) await rest(due - now());
      measure(steps, now() - begun);
    }
    return null;
  }

  /** @param {number} steps @param {number} took  Milliseconds. */
  function measure(steps, took) {
    const pace = (1000 * steps) / Math.max(took, 1);
    const before = stepsPerSecond.peek();
    stepsPerSecond.value = before === null ? pace : STEADY * before + (1 - STEADY) * pace;
  }

  return {
    running,
    stepsPerSecond,
    stopped,
    /** The number of a run that is to begin when its turn comes, unless it is paused before. */
    begin: () => ++newest,
    /** Both have to stand at the same step.
     * @param {number} run @param {Place[]} places @param {(step: number) => Promise<unknown>} seek */
    async run(run, places, seek) {
      if (run !== newest) return;
      batch(() => {
        running.value = true;
        stopped.value = null;
      });
      try {
        stopped.value = await train(run, places, seek);
      } finally {
        batch(() => {
          running.value = false;
          stepsPerSecond.value = null;
        });
      }
    },
    /** After the advance that is under way. */
    pause() {
      newest++;
      wake();
    },
  };
}
