/**
 * The store with a server and a stream that keep what they were told, for tests.
 */

import { DEFAULTS } from "../../frontend/lib/page/choices.js";
import { createStore } from "../../frontend/store/store.js";

export const NETWORK = {
  granularity: "atomic",
  dimensions: { B: 32 },
  ops: 2,
  forward_ops: 1,
  calls: [{
    index: 0, op: "tanh", layer: 1, part: "hidden", inputs: [{ operand: "x", tensor: "hpreact" }], output: "h",
    shape: [32, 64], code: "h = torch.tanh(hpreact)", known_at: 1,
  }],
  gradients: [{
    name: "dhpreact", tensor: "hpreact", shape: [32, 64], known_at: 2,
    contributions: [{
      name: "dhpreact.h", call: 0, operand: "x", via: "h", code: "dhpreact = (1 - h**2) * dh", known_at: 2,
    }],
  }],
  batch_norms: [],
  activations: [],
};


const ENGINE = { name: "kernel", waiting: false };

/** @param {string} id @param {object} [changes] @returns {any} */
export const session = (id, changes = {}) => ({
  id, name: id, config: { data: { dataset: "names" } }, position: { step: 2, op: 2, ops: 2 }, last_step: 2,
  parent: null, unsaved: null, divergence: null, running: false, loss: 3.3, stopped: null, engine: ENGINE, ...changes,
});

/** What changes it, or moves it through time. */
const COMMANDS = ["advance", "seek", "run", "pause", "setLearningRate", "branch"];

/** A store with a server and a stream that keep what they were told. */
export function opened({ choices = {}, refuse = {}, sessions = [session("s1"), session("s2")] } = {}) {
  /** @type {any[][]} */
  const calls = [];
  /** @type {any[]} */
  const streams = [];
  /** @type {Record<string, any>} */
  const answers = {
    ops: [], datasets: [{ id: "names" }], sessions, network: NETWORK,
    verification: { position: { step: 2, op: 2, ops: 2 }, rows: [] },
    metrics: { series: { loss: { step: [0, 1], mean: [3.3, 3.2], min: [3.3, 3.2], max: [3.3, 3.2] } } },
    timeline: { last_step: 2, commands: [], checkpoints: [0], last_change: 0 },
    session: (/** @type {string} */ id) => session(id),
    createSession: () => session("new"), branch: () => session("branch"), importSession: () => session("imported"),
    advance: () => ({}), seek: () => ({}), pause: () => session("s1"), run: () => ({}),
    setLearningRate: () => session("s1"), addDataset: () => ({ id: "own" }),
    rename: (/** @type {string} */ id, /** @type {string} */ name) => session(id, { name }),
    remove: () => null, restore: (/** @type {string} */ id) => session(id),
    ...refuse,
  };
  const api = new Proxy({}, {
    get: (_, /** @type {string} */ name) => async (/** @type {any[]} */ ...args) => {
      calls.push([name, ...args]);
      const answer = answers[name];
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer(...args) : answer;
    },
  });
  const store = createStore({
    api: /** @type {any} */ (api),
    openStream(id, handlers) {
      const stream = { id, handlers, shown: /** @type {any[]} */ ([]), closed: false };
      streams.push(stream);
      return { show: (views) => stream.shown.push(views), close: () => (stream.closed = true) };
    },
    choices: { ...DEFAULTS, ...choices },
  });
  const commands = () => calls.filter(([name]) => COMMANDS.includes(name));
  /** @param {string} name */
  const called = (name) => calls.filter(([each]) => each === name).map(([, ...args]) => args);
  return { store, calls, called, commands, streams };
}

/** A frame of the first session; it stands at its last step unless another one is told. @param {any} changes @returns {any} */
export const frame = (changes) => {
  const position = changes.position ?? { step: 5, op: 1, ops: 2 };
  return {
    info: {
      session: "s1", version: 1, position, last_step: position.step, last_change: 0, loss: 3, running: false, metrics: {}, stopped: null,
      unsaved: null, divergence: null, engine: ENGINE, views: {}, ...changes,
    },
    arrays: new Map(),
  };
};

/** The loss of one step, as a frame tells it. */
export const point = (/** @type {number} */ step, /** @type {number} */ loss) =>
  ({ loss: { step: [step], mean: [loss], min: [loss], max: [loss] } });

/** Until all that is under way is done. */
export const settled = () => new Promise((done) => setImmediate(done));
