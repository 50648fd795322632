/**
 * Why this cell? What a person points at, what is pinned, the server's answer to it, and what lights up for it.
 *
 * @import { Explanation } from "../types/wire"
 * @import { Api } from "../api.js"
 * @import { Lit } from "../components/live-plot/live-plot.js"
 * @import { Cell } from "../lib/cells/cell.js"
 * @import { Choices } from "../lib/page/choices.js"
 * @import { derive, initialState } from "./state.js"
 *
 * @typedef {Cell & { block: [number, number] }} Pointed  In a reduced view: at the block that begins with this cell.
 * @typedef {{ of: Pointed, long: boolean, answer: Explanation | null, refusal: string }} Explained  An answer, or why
 *   there is none.
 */

import { ApiError } from "../api.js";
import { outside, readCell, unexplained, writtenCell } from "../lib/cells/cell.js";
import { computed, effect } from "../lib/signals.js";

/** The mouse must rest on a cell for so long, in milliseconds: on its way it crosses many. */
const HOVER = 80;
/** While data streams, what is explained is brought up to date so seldom that it can be read. */
const READABLE = 400;
/** So many addends are named. */
const SHORT = 8;
const LONG = 400;
/** So many cells are lit at most: more would be a blot, and slow. */
const MOST_LIT = 600;

/**
 * @typedef {object} Surroundings
 * @property {Pick<Api, "explanation">} api
 * @property {ReturnType<typeof initialState>} state
 * @property {ReturnType<typeof derive>} derived
 * @property {(name: keyof Choices, value: string) => void} choose
 * @property {() => number} [now]
 * @property {(again: () => void, pause: number) => number} [wait]
 */

/** @param {Surroundings} surroundings */
export function createPointing({
  api, state, derived, choose,
  now = () => performance.now(),
  wait = (again, pause) => Number(setTimeout(again, pause)),
}) {
  const { pointed, explanation } = state;
  const pinnedCell = computed(() => state.choices.value.cell);
  const pinned = computed(() => {
    const cell = readCell(pinnedCell.value);
    return cell && { ...cell, block: /** @type {[number, number]} */ ([1, 1]) };
  });
  const asked = computed(() => pointed.value ?? pinned.value);
  const session = computed(() => state.session.value?.id ?? null);
  const long = computed(() => state.choices.value.answer === "long");
  const version = computed(() => derived.info.value?.version ?? null);

  /** Answers of one state of one session. @type {Map<string, Explained>} */
  const answers = new Map();
  let answersOf = "";
  let timer = 0;
  let answeredAt = -Infinity;
  let asking = false;

  effect(() => {
    const want = asked.value;
    const isLonger = long.value !== explanation.peek()?.long;
    clearTimeout(timer);
    if (!want || session.value === null || version.value === null) {
      if (!want) explanation.value = null;
      return;
    }
    timer = wait(ask, isLonger && !pointed.peek() ? 0 : pauseBefore(want));
  });

  /** @param {Pointed} want */
  function pauseBefore(want) {
    const isNew = !explanation.peek() || !same(explanation.peek()?.of ?? null, want);
    if (isNew) return pointed.peek() ? HOVER : 0;
    return derived.streaming.peek() ? Math.max(0, READABLE - (now() - answeredAt)) : 0;
  }

  async function ask() {
    const want = asked.peek();
    const id = session.peek();
    if (!want || id === null || asking) return;
    const of = `${id} ${version.peek()} ${long.peek()}`;
    if (of !== answersOf) answers.clear();
    answersOf = of;
    const key = JSON.stringify(want);
    asking = true;
    const answer = answers.get(key) ?? await answerTo(id, want);
    asking = false;
    answeredAt = now();
    if (answer && of === answersOf) answers.set(key, answer);
    const isWanted = same(asked.peek(), want) && session.peek() === id;
    if (isWanted && answer) explanation.value = answer;
    // Something else was asked meanwhile, or of a newer state.
    if (asked.peek() && !(isWanted && of === `${id} ${version.peek()} ${long.peek()}`)) {
      clearTimeout(timer);
      timer = wait(ask, derived.streaming.peek() && isWanted ? READABLE : 0);
    }
  }

  /** @param {string} id @param {Pointed} of @returns {Promise<Explained | null>} */
  async function answerTo(id, of) {
    const isLong = long.peek();
    const network = state.network.peek();
    const refusal = network ? unexplained(of.tensor, network, derived.op.peek()) || outside(of, network) : "";
    if (refusal) return { of, long: isLong, answer: null, refusal };
    try {
      return { of, long: isLong, answer: await api.explanation(id, of, isLong ? LONG : SHORT), refusal: "" };
    } catch (error) {
      // A server that does not answer is told of elsewhere.
      if (error instanceof ApiError && error.status > 0) return { of, long: isLong, answer: null, refusal: error.message };
      return null;
    }
  }

  /** @param {string} tensor @param {number[] | null} cell @param {[number, number]} [block] */
  function point(tensor, cell, block = [1, 1]) {
    if (cell) pointed.value = { tensor, cell, block };
    else if (pointed.peek()?.tensor === tensor) pointed.value = null;
  }

  /** Keeps a cell explained until it is let go; the same cell again lets it go. @param {string} tensor @param {number[]} cell */
  function pin(tensor, cell, block = [1, 1]) {
    // Which cell of a block it is, the answer has told.
    const explained = explanation.peek();
    const known = explained?.answer && same(explained.of, { tensor, cell, block: [block[0], block[1]] });
    const written = writtenCell({ tensor, cell: known ? explained.answer?.cell ?? cell : cell });
    choose("cell", written === pinnedCell.peek() ? "" : written);
  }

  return {
    point,
    /** @param {string} tensor @param {number[] | null} cell @param {[number, number]} [block] */
    pin: (tensor, cell, block) => (cell ? pin(tensor, cell, block) : choose("cell", "")),
    unpin: () => choose("cell", ""),
    derived: {
      pinned,
      asked,
      /** What is outlined of each tensor: the cells asked about, and those that the value comes from. */
      lit: computed(() => litBy(asked.value, pinned.value, explanation.value)),
    },
  };
}

/** @param {Pointed | null} a @param {Pointed | null} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * @param {Pointed | null} asked @param {Pointed | null} pinned @param {Explained | null} explained
 * @returns {Lit}
 */
export function litBy(asked, pinned, explained) {
  /** @type {Map<string, { region: (number | null)[], kind: "source" | "pinned" | "pointed" }[]>} */
  const lit = new Map();
  /** @type {(tensor: string, region: (number | null)[], kind: "source" | "pinned" | "pointed") => unknown} */
  const light = (tensor, region, kind) => lit.set(tensor, [...(lit.get(tensor) ?? []), { region, kind }]);
  if (explained?.answer && same(explained.of, asked)) {
    for (const { tensor, regions } of explained.answer.sources) {
      lit.set(tensor, regions.slice(0, MOST_LIT).map((region) => ({ region, kind: "source" })));
    }
  }
  if (pinned) light(pinned.tensor, pinned.cell, "pinned");
  if (asked && asked !== pinned) light(asked.tensor, cellOf(asked, explained), "pointed");
  return lit;
}

/** Of a block it is the largest cell, once the answer has told which that is. @param {Pointed} asked @param {Explained | null} explained */
const cellOf = (asked, explained) => (same(explained?.of ?? null, asked) ? explained?.answer?.cell : null) ?? asked.cell;
