/**
 * A server with sessions that move as real ones do, for tests of what moves two of them. What it is asked stands in
 * `calls`; a session's stores are told of each move at once.
 *
 * @import { Network, Position } from "../../frontend/types/wire"
 */

import { ApiError } from "../../frontend/api.js";
import { effect, signal } from "../../frontend/lib/signals.js";

/** @param {string} output @param {number} known_at @returns {any} */
const call = (output, known_at) => ({ index: known_at - 1, op: "op", inputs: [], output, shape: [2, 2], known_at });
/** @param {string} tensor @param {number} known_at @returns {any} */
const gradient = (tensor, known_at) => (
  { name: `d${tensor}`, tensor, shape: [2, 2], known_at, contributions: [{ name: `d${tensor}.y`, known_at }] });

/** The tensors in order forwards, those with a gradient in order backwards. @param {string[]} values @param {string[]} gradients @returns {Network} */
export const networkOf = (values, gradients) => /** @type {any} */ ({
  granularity: "atomic", dimensions: {}, batch_norms: [], activations: [],
  ops: values.length + gradients.length,
  forward_ops: values.length,
  calls: values.map((name, i) => call(name, i + 1)),
  gradients: gradients.map((name, i) => gradient(name, values.length + i + 1)),
});

/** Four ops forwards, four backwards. */
export const ATOMIC = networkOf(["hprebn", "bnraw", "h", "loss"], ["h", "bnraw", "hprebn", "W1"]);
/** Without what fusing hides. */
export const FUSED = networkOf(["hprebn", "h", "loss"], ["h", "hprebn", "W1"]);

/** @typedef {{ position: Position, last_step: number, running: boolean, network: Network, loss: (step: number) => number | null }} Held */

/** What sessions have besides. */
const PLAIN = {
  config: { data: { dataset: "names" }, model: { batch_norm: "hidden" } }, training: { learning_rate: 0.1, clipping: null },
  parent: null, stopped: null, divergence: null, unsaved: null, engine: { name: "kernel", waiting: false },
};

/** @param {Record<string, Partial<Held>>} sessions */
export function fakeServer(sessions) {
  /** @type {any[][]} */
  const calls = [];
  /** @type {Map<string, Held>} */
  const held = new Map(Object.entries(sessions).map(([id, given]) => {
    const { ops } = given.network ?? ATOMIC;
    const last_step = given.last_step ?? given.position?.step ?? 0;
    return [id, {
      position: { step: last_step, op: ops, ops }, last_step, running: false, network: ATOMIC, loss: (step) => 3 - step / 100, ...given,
    }];
  }));
  const shown = new Map([...held].map(([id, { position }]) => [id, signal(/** @type {Position | null} */ (position))]));
  /** @param {string} id @returns {Held} */
  const at = (id) => /** @type {Held} */ (held.get(id));

  /** @param {string} id @param {number} step @param {number} op */
  function move(id, step, op) {
    const session = at(id);
    const { ops } = session.network;
    assertRange(step >= 0 && op >= 0 && op <= ops);
    session.position = { step, op, ops };
    session.last_step = Math.max(session.last_step, step);
    const signal = shown.get(id);
    if (signal) signal.value = session.position;
    return { position: session.position, loss: session.loss(step) };
  }

  /** @type {Record<string, (...args: any[]) => any>} */
  const answers = {
    ops: () => [],
    datasets: () => [],
    sessions: () => [...held.keys()].map(answers.session),
    network: (id) => at(id).network,
    timeline: (id) => ({ last_step: at(id).last_step, commands: [], checkpoints: [0], last_change: 0 }),
    verification: (id) => ({ position: at(id).position, rows: [] }),
    session(id) {
      if (!held.has(id)) throw new ApiError(404, `There is no session ${id}.`);
      return { ...PLAIN, id, name: id, ...at(id), loss: at(id).loss(at(id).position.step) };
    },
    pause(id) {
      at(id).running = false;
      return answers.session(id);
    },
    seek(id, step, op = at(id).network.ops) {
      assertRange(step <= at(id).last_step);
      return move(id, step, op);
    },
    advance(id, unit, count) {
      const { position: { step, op, ops }, network: { forward_ops } } = at(id);
      const stops = { op: Array.from({ length: ops + 1 }, (_, i) => i), pass: [forward_ops, ops], step: [ops] }[
        /** @type {"op" | "pass" | "step"} */ (unit)];
      const places = count < 0 && unit === "pass" ? [0, ...stops] : stops;
      const here = count > 0 ? places.filter((stop) => stop <= op).length - 1 : places.filter((stop) => stop < op).length;
      const to = here + count;
      return move(id, step + Math.floor(to / places.length), places[((to % places.length) + places.length) % places.length]);
    },
    metrics(id, name, _points, last, first = 0) {
      const step = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
      const mean = step.map(at(id).loss);
      return { series: { [name]: { step, mean, min: mean, max: mean } } };
    },
  };
  const api = new Proxy({}, {
    get: (_, /** @type {string} */ name) => async (/** @type {any[]} */ ...args) => {
      calls.push([name, ...args]);
      await new Promise((resolve) => setTimeout(resolve, 0));
      return answers[name](...args);
    },
  });
  /** What a store has of it. @param {string} id @returns {any} */
  const side = (id) => ({ session: signal({ id }), network: signal(at(id).network), position: shown.get(id) });
  /** A stream that brings a frame of each move at once. @param {string} id @param {any} handlers */
  function openStream(id, handlers) {
    let version = 0;
    handlers.connection("open");
    const stop = effect(() => {
      const position = shown.get(id)?.value;
      const { last_step, running, loss } = at(id);
      handlers.frame({
        info: {
          ...PLAIN, session: id, version: ++version, position, last_step, running, loss: loss(position?.step ?? 0),
          steps_per_second: null, metrics: {}, views: {},
        },
        arrays: new Map(),
      });
    });
    return { show() {}, close: stop };
  }

  return {
    api: /** @type {any} */ (api), calls, at, side, answers, openStream,
    /** Those which move something. */
    moves: () => calls.filter(([name]) => ["seek", "advance", "pause"].includes(name)),
    /** Where they stand, as step:op. */
    places: () => [...held.values()].map(({ position: { step, op } }) => `${step}:${op}`),
  };
}

/** @param {boolean} holds */
function assertRange(holds) {
  if (!holds) throw new RangeError("The server would refuse that.");
}
