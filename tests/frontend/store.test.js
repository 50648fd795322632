import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../frontend/api.js";
import { DEFAULTS } from "../../frontend/lib/choices.js";
import { effect } from "../../frontend/lib/signals.js";
import { summary, values } from "../../frontend/lib/views.js";
import { createStore } from "../../frontend/store.js";

const NETWORK = {
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

const session = (/** @type {string} */ id) => ({
  id, name: id, config: { data: { dataset: "names" } }, position: { step: 2, op: 2, ops: 2 }, running: false, loss: 3.3,
  stopped: null, engine: { name: "kernel", waiting: false },
});

/** A store with a server and a stream that keep what they were told. */
function opened({ choices = {}, refuse = {}, sessions = [session("s1"), session("s2")] } = {}) {
  /** @type {any[][]} */
  const calls = [];
  /** @type {any[]} */
  const streams = [];
  /** @type {Record<string, any>} */
  const answers = {
    ops: [], datasets: [{ id: "names" }], sessions, network: NETWORK, verification: { position: { step: 2, op: 2, ops: 2 }, rows: [] },
    metrics: { series: { loss: { step: [0, 1], mean: [3.3, 3.2], min: [3.3, 3.2], max: [3.3, 3.2] } } },
    session: (/** @type {string} */ id) => session(id),
    createSession: () => session("new"),
    advance: () => ({}), pause: () => session("s1"), run: () => ({}), addDataset: () => ({ id: "own" }),
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
  const commands = () => calls.filter(([name]) => ["advance", "run", "pause", "setLearningRate"].includes(name));
  return { store, calls, commands, streams };
}

/** @param {object} changes @returns {any} */
const frame = (changes) => ({
  info: {
    session: "s1", position: { step: 5, op: 1, ops: 2 }, loss: 3, running: false, metrics: {}, stopped: null,
    engine: { name: "kernel", waiting: false }, ...changes,
  },
  arrays: new Map(),
});

const point = (/** @type {number} */ step, /** @type {number} */ loss) =>
  ({ loss: { step: [step], mean: [loss], min: [loss], max: [loss] } });

test("starting opens the first session with its network, stream and losses so far", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  assert.equal(store.session.value?.id, "s1");
  assert.equal(store.network.value, NETWORK);
  assert.deepEqual(streams.map(({ id }) => id), ["s1"]);
  assert.deepEqual(store.history.value.buckets.map(({ mean }) => mean), [3.3, 3.2]);
});

test("starting opens the session that the address names, if it is there", async () => {
  const { store } = opened({ choices: { session: "s2" } });
  await store.actions.start();
  assert.equal(store.session.value?.id, "s2");
  const other = opened({ choices: { session: "gone" } });
  await other.store.actions.start();
  assert.equal(other.store.session.value?.id, "s1");
});

test("starting makes a session where there is none", async () => {
  const { store } = opened({ sessions: [] });
  await store.actions.start();
  assert.equal(store.session.value?.id, "new");
});

test("position, loss and running follow the newest frame", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  assert.deepEqual(store.position.value, { step: 2, op: 2, ops: 2 });
  streams[0].handlers.frame(frame({ running: true }));
  assert.deepEqual(store.position.value, { step: 5, op: 1, ops: 2 });
  assert.equal(store.loss.value, 3);
  assert.equal(store.running.value, true);
});

test("the moment is the op that was done last", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  assert.equal(store.moment.value?.label, "dhpreact ← h");
  streams[0].handlers.frame(frame({ position: { step: 5, op: 1, ops: 2 } }));
  assert.equal(store.moment.value?.code, "h = torch.tanh(hpreact)");
  streams[0].handlers.frame(frame({ position: { step: 5, op: 0, ops: 2 } }));
  assert.equal(store.moment.value?.pass, "minibatch");
});

test("a frame of another session is not taken", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ session: "s2" }));
  assert.equal(store.frame.value, null);
});

/** @param {ReturnType<typeof opened>["store"]} store */
const losses = ({ history: { value } }) => [...value.buckets, ...(value.present ? [value.present] : [])]
  .map(({ step, mean }) => [step, mean]);

test("losses of frames come after those on record, each step once", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  for (const [step, loss] of [[2, 3.1], [2, 9], [3, 3.0]]) {
    streams[0].handlers.frame(frame({ metrics: point(step, loss), position: { step, op: 2, ops: 2 } }));
  }
  assert.deepEqual(losses(store).map(([step]) => step), [0, 1, 3]);
  streams[0].handlers.frame(frame({
    metrics: { loss: { step: [2, 3], mean: [9, 3], min: [9, 3], max: [9, 3] } }, position: { step: 3, op: 2, ops: 2 },
  }));
  assert.deepEqual(losses(store), [[0, 3.3], [1, 3.2], [2, 9], [3, 3]]);
});

test("the past is asked for up to the step before the present one, and not where there is none", async () => {
  const { store, calls } = opened();
  await store.actions.start();
  assert.deepEqual(calls.filter(([name]) => name === "metrics"), [["metrics", "s1", "loss", 2000, 1]]);
  const fresh = opened({ refuse: { session: () => ({ ...session("s1"), position: { step: 0, op: 2, ops: 2 } }) } });
  await fresh.store.actions.start();
  assert.deepEqual(fresh.calls.filter(([name]) => name === "metrics"), []);
});

test("where the losses of a frame leave steps out, the past is read again", async () => {
  const { store, streams, calls } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ metrics: point(9, 2), position: { step: 9, op: 2, ops: 2 } }));
  assert.deepEqual(calls.at(-1), ["metrics", "s1", "loss", 2000, 8]);
});

test("the stream is told the union of what the panels want, each view once", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  store.actions.show("a", [values("h"), summary("h")]);
  store.actions.show("b", [values("h")]);
  const told = streams[0].shown.length;
  assert.deepEqual(streams[0].shown.at(-1), [summary("h"), values("h")]);
  store.actions.show("b", [values("h")]);
  assert.equal(streams[0].shown.length, told);
  store.actions.show("a", []);
  assert.deepEqual(streams[0].shown.at(-1), [values("h")]);
});

test("advancing while running pauses first", async () => {
  const { store, commands, streams } = opened();
  await store.actions.start();
  await store.actions.advance("op", -1);
  streams[0].handlers.frame(frame({ running: true }));
  await store.actions.advance("step");
  assert.deepEqual(commands(), [["advance", "s1", "op", -1], ["pause", "s1"], ["advance", "s1", "step", 1]]);
});

test("advancing right after a run was asked for pauses, though no frame has told of the run", async () => {
  const { store, commands } = opened();
  await store.actions.start();
  store.actions.run();
  await store.actions.advance("step");
  assert.deepEqual(commands().map(([name]) => name), ["run", "pause", "advance"]);
});

test("moves that were asked for while one is under way go out as one, but not across another command", async () => {
  const { store, commands } = opened();
  await store.actions.start();
  const first = store.actions.advance("op");
  await Promise.resolve();
  for (let i = 0; i < 5; i++) store.actions.advance("op");
  store.actions.advance("op", -1);
  store.actions.advance("step");
  await Promise.all([first, store.actions.advance("op")]);
  const moves = commands().map(([, , unit, count]) => [unit, count]);
  assert.deepEqual(moves, [["op", 1], ["op", 4], ["step", 1], ["op", 1]]);
});

/** A session that moves as it is told, and refuses to leave the step, as the server does. @param {number} ops */
function moving(ops, at = ops) {
  const position = { step: 3, op: at, ops };
  const found = () => ({ ...session("s1"), position: { ...position } });
  const forward_ops = Math.ceil(ops / 2);
  const advance = (/** @type {string} */ _id, /** @type {string} */ unit, /** @type {number} */ count) => {
    const stops = unit === "pass" ? [0, forward_ops, ops] : Array.from({ length: ops + 1 }, (_, op) => op);
    const below = stops.filter((stop) => (count < 0 ? stop < position.op : stop <= position.op)).length;
    const index = count < 0 ? below + count : below - 1 + count;
    if (index < 0) throw new ApiError(409, "would leave the step");
    position.op = stops[index];
    return { position: { ...position } };
  };
  return { position, refuse: { session: found, advance, network: { ...NETWORK, ops, forward_ops } } };
}

test("the slider's last target wins, wherever the moves before it led", async () => {
  const { position, refuse } = moving(50, 10);
  const { store, commands } = opened({ refuse });
  await store.actions.start();
  const targets = [11, 12, 13, 14, 15].map((op) => store.actions.goTo(op));
  assert.equal(store.heading.value?.op, 15);
  await Promise.all(targets);
  assert.equal(position.op, 15);
  assert.ok(commands().length <= 2);
});

test("a target is the op that is shown until a frame has come from there", async () => {
  const { store, streams } = opened({ refuse: moving(50, 10).refuse });
  await store.actions.start();
  await store.actions.goTo(15);
  assert.equal(store.heading.value?.op, 15);
  assert.equal(store.op.value, 10);
  streams[0].handlers.frame(frame({ position: { step: 3, op: 15, ops: 50 } }));
  assert.equal(store.aim.value, null);
  await store.actions.goTo(15);
  assert.equal(store.aim.value, null);
});

test("a frame that was on its way before the target was reached does not take the slider back", async () => {
  const { store, streams } = opened({ refuse: moving(50, 10).refuse });
  await store.actions.start();
  await store.actions.goTo(15);
  streams[0].handlers.frame(frame({ position: { step: 3, op: 11, ops: 50 } }));
  assert.equal(store.heading.value?.op, 15);
  streams[0].handlers.frame(frame({ position: { step: 3, op: 15, ops: 50 } }));
  assert.equal(store.aim.value, null);
});

test("where somebody else has moved the session from the target, the page follows", async () => {
  const { store, streams } = opened({ refuse: moving(50, 10).refuse });
  await store.actions.start();
  await store.actions.goTo(15);
  streams[0].handlers.frame(frame({ position: { step: 4, op: 1, ops: 50 } }));
  streams[0].handlers.frame(frame({ position: { step: 4, op: 2, ops: 50 } }));
  assert.equal(store.heading.value?.op, 2);
});

test("a target that is refused is forgotten", async () => {
  const { store } = opened({ refuse: { ...moving(50).refuse, advance: new ApiError(409, "Not now.") } });
  await store.actions.start();
  await store.actions.goTo(15);
  assert.equal(store.aim.value, null);
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["Not now."]);
});

for (const [unit, times, op] of /** @type {["op" | "pass", number, number][]} */ ([
  ["pass", 1, 25], ["pass", 2, 0], ["pass", 5, 0], ["op", 3, 47], ["op", 60, 0],
])) {
  test(`back by ${times} × ${unit} at once ends at op ${op}, and nothing is refused`, async () => {
    const { position, refuse } = moving(50);
    const { store } = opened({ refuse });
    await store.actions.start();
    await Promise.all(Array.from({ length: times }, () => store.actions.advance(unit, -1)));
    assert.equal(position.op, op);
    assert.deepEqual(store.notices.value, []);
  });
}

test("a command is for the session that was open when it was given", async () => {
  const { store, commands } = opened();
  await store.actions.start();
  const first = store.actions.run();
  const moves = [store.actions.advance("op", -1), store.actions.advance("step"), store.actions.goTo(1)];
  await Promise.all([store.actions.openSession("s2"), first]);
  await Promise.all([...moves, store.actions.advance("step")]);
  assert.deepEqual(commands().filter(([, id]) => id === "s2"), [["advance", "s2", "step", 1]]);
});

test("a run goes at the chosen speed, and a new speed counts at once", async () => {
  const { store, commands, streams } = opened();
  await store.actions.start();
  await store.actions.run();
  streams[0].handlers.frame(frame({ running: true }));
  store.actions.setSpeed("30");
  await store.actions.pause();
  assert.deepEqual(commands(), [["run", "s1", {}], ["run", "s1", { steps_per_second: 30 }], ["pause", "s1"]]);
});

const LOW = { metric: "loss", below: 2.2 };

test("a run goes to the breakpoint that is set, and one that is set while it runs counts at once", async () => {
  const { store, commands, streams } = opened();
  await store.actions.start();
  store.actions.setBreakpoint(LOW);
  await store.actions.run();
  streams[0].handlers.frame(frame({ running: true }));
  store.actions.setSpeed("30");
  await new Promise((done) => setImmediate(done));
  store.actions.setBreakpoint(null);
  await store.actions.pause();
  assert.deepEqual(commands().map(([, , wanted]) => wanted),
    [{ until: LOW }, { steps_per_second: 30, until: LOW }, { steps_per_second: 30 }, undefined]);
});

test("a breakpoint is kept in the address, and does not count where there is no such metric", async () => {
  const { store, commands } = opened({ choices: { until: "saturation.h_2>0.5" } });
  await store.actions.start();
  assert.equal(store.until.value, null);
  await store.actions.run();
  assert.deepEqual(commands(), [["run", "s1", {}]]);
  store.actions.setBreakpoint(LOW);
  assert.equal(store.choices.value.until, "loss<2.2");
  assert.deepEqual(store.until.value, LOW);
});

const STOPPED = "loss is 1.95 at step 5: below 2, where the run was to stop.";

test("why a run stopped is said until it is put away, and the next one's reason again", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ stopped: STOPPED }));
  assert.deepEqual(store.standstill.value, { text: STOPPED, kind: "stopped" });
  store.actions.dismissStop();
  assert.equal(store.standstill.value.text, "");
  streams[0].handlers.frame(frame({ running: true }));
  streams[0].handlers.frame(frame({ stopped: STOPPED }));
  assert.equal(store.standstill.value.text, STOPPED);
  streams[0].handlers.frame(frame({ running: true }));
  assert.equal(store.standstill.value.text, "");
});

test("why a run stopped before the page was there is said as well, and can be put away", async () => {
  const { store } = opened({ refuse: { session: () => ({ ...session("s1"), stopped: STOPPED, loss: null }) } });
  await store.actions.start();
  assert.deepEqual(store.standstill.value, { text: STOPPED, kind: "diverged" });
  store.actions.dismissStop();
  assert.equal(store.standstill.value.text, "");
  await store.actions.openSession("s2");
  assert.equal(store.standstill.value.text, STOPPED);
});

test("a session that waits for its engine says so until it moves", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ running: true, engine: { name: "kernel", waiting: true } }));
  assert.equal(store.standstill.value.kind, "waiting");
  streams[0].handlers.frame(frame({ running: true }));
  assert.equal(store.standstill.value.kind, "");
});

test("a loss that is not known yet is no divergence", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ loss: null, position: { step: 5, op: 0, ops: 2 } }));
  assert.equal(store.diverged.value, false);
  streams[0].handlers.frame(frame({ loss: null }));
  assert.equal(store.diverged.value, true);
});

test("a run that was told in few points is read again once it rests, and not before", async () => {
  const { store, streams, calls } = opened();
  await store.actions.start();
  const metrics = { loss: { step: [2, 500], mean: [3, 2], min: [3, 1], max: [3, 4] } };
  const told = { metrics, position: { step: 1000, op: 2, ops: 2 } };
  const before = calls.length;
  streams[0].handlers.frame(frame({ ...told, running: true }));
  assert.equal(calls.length, before);
  streams[0].handlers.frame(frame(told));
  assert.deepEqual(calls.slice(before), [["metrics", "s1", "loss", 2000, 999]]);
});

test("what came to rest while the past was being read is read as well", async () => {
  const { store, streams, calls } = opened();
  await store.actions.start();
  const before = calls.length;
  for (const step of [1000, 1900]) {
    const metrics = { loss: { step: [step - 900, step - 400], mean: [3, 2], min: [3, 1], max: [3, 4] } };
    streams[0].handlers.frame(frame({ metrics, position: { step, op: 2, ops: 2 } }));
  }
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(calls.slice(before).map(([, , , , last]) => last), [999, 1899]);
});

test("where a frame hides at which step the losses ended, the past is read again", async () => {
  const { store, streams, calls } = opened();
  await store.actions.start();
  const metrics = { loss: { step: [2, 5], mean: [3, null], min: [3, 2], max: [3, 9] } };
  streams[0].handlers.frame(frame({ metrics, loss: null, position: { step: 9, op: 2, ops: 2 } }));
  assert.deepEqual(calls.at(-1), ["metrics", "s1", "loss", 2000, 8]);
});

test("a new speed while paused starts nothing", async () => {
  const { store, commands } = opened();
  await store.actions.start();
  store.actions.setSpeed("5");
  await store.actions.pause();
  assert.deepEqual(commands(), []);
  assert.equal(store.choices.value.speed, "5");
});

test("what the server refuses is shown once, until it is dismissed, and later commands still go out", async () => {
  const { store, commands } = opened({ refuse: { advance: new ApiError(409, "Not now.") } });
  await store.actions.start();
  await store.actions.advance("op");
  await store.actions.advance("op");
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["Not now."]);
  await store.actions.run();
  assert.equal(commands().at(-1)?.[0], "run");
  store.actions.dismiss(store.notices.value[0].id);
  assert.deepEqual(store.notices.value, []);
});

test("a config that is refused rejects, and the session stays", async () => {
  const { store } = opened({ refuse: { createSession: new ApiError(422, "batch_size: too large") } });
  await store.actions.start();
  await assert.rejects(store.actions.createSession({}), { message: "batch_size: too large" });
  assert.equal(store.session.value?.id, "s1");
  assert.deepEqual(store.notices.value, []);
});

test("another session brings its own stream, and nothing of the one before stays", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({}));
  await store.actions.verify();
  await store.actions.openSession("s2");
  assert.equal(streams[0].closed, true);
  assert.deepEqual(streams.map(({ id }) => id), ["s1", "s2"]);
  assert.equal(store.frame.value, null);
  assert.equal(store.verification.value, null);
  assert.equal(store.choices.value.session, "s2");
});

test("sessions and data sets that were made meanwhile are there once one is opened, or asked for", async () => {
  const sessions = [session("s1")];
  const datasets = [{ id: "names" }];
  const { store } = opened({ sessions, refuse: { datasets: () => [...datasets] } });
  await store.actions.start();
  sessions.push({ ...session("s2"), config: { data: { dataset: "own" } } });
  datasets.push({ id: "own" });
  await store.actions.refresh();
  assert.deepEqual(store.datasets.value.map(({ id }) => id), ["names", "own"]);
  datasets.push({ id: "third" });
  await store.actions.openSession("s2");
  assert.deepEqual(store.datasets.value.map(({ id }) => id), ["names", "own", "third"]);
});

test("a session that is gone when it is chosen is said, and the list is read anew", async () => {
  const sessions = [session("s1"), session("s2")];
  const gone = (/** @type {string} */ id) => {
    if (id === "s2") throw new ApiError(404, "There is no session s2.");
    return session(id);
  };
  const { store } = opened({ refuse: { session: gone, sessions: () => [...sessions] } });
  await store.actions.start();
  sessions.pop();
  await store.actions.openSession("s2");
  assert.equal(store.session.value?.id, "s1");
  assert.deepEqual(store.sessions.value.map(({ id }) => id), ["s1"]);
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["There is no session s2."]);
});

test("own words become a data set that is in the list", async () => {
  const datasets = [{ id: "names" }];
  const addDataset = () => {
    datasets.push({ id: "own" });
    return { id: "own" };
  };
  const { store } = opened({ refuse: { addDataset, datasets: () => [...datasets] } });
  await store.actions.start();
  assert.equal((await store.actions.addDataset(new File(["anna"], "words.txt"))).id, "own");
  assert.deepEqual(store.datasets.value.map(({ id }) => id), ["names", "own"]);
});

test("the rate of a run is not known while the server does not answer", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ running: true, steps_per_second: 500 }));
  assert.equal(store.stepsPerSecond.value, 500);
  streams[0].handlers.connection("lost");
  assert.equal(store.stepsPerSecond.value, null);
});

test("a verification remembers what the page had of its position", async () => {
  const position = { step: 5, op: 2, ops: 2 };
  const { store, streams } = opened({ refuse: { verification: { position, rows: [] } } });
  await store.actions.start();
  await store.actions.verify();
  assert.equal(store.verification.value?.seen, null);
  streams[0].handlers.frame(frame({ position, version: 8, loss: 2.5 }));
  await store.actions.verify();
  assert.deepEqual(store.verification.value?.seen, { version: 8, loss: 2.5 });
});

test("of two sessions opened at once the last one wins", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  await Promise.all([store.actions.openSession("s2"), store.actions.openSession("s1")]);
  assert.equal(store.session.value?.id, "s1");
  assert.equal(streams.filter(({ closed }) => !closed).length, 1);
});

test("verifying is marked while it lasts, also when it fails", async () => {
  const { store } = opened({ refuse: { verification: new ApiError(409, "Not now.") } });
  await store.actions.start();
  /** @type {boolean[]} */
  const seen = [];
  effect(() => void seen.push(store.verifying.value));
  await store.actions.verify();
  assert.deepEqual(seen, [false, true, false]);
});

test("when the connection is back, the session is read anew", async () => {
  const { store, calls, streams } = opened();
  await store.actions.start();
  streams[0].handlers.connection("open");
  streams[0].handlers.connection("lost");
  assert.equal(store.connection.value, "lost");
  const before = calls.length;
  streams[0].handlers.connection("open");
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(calls.slice(before).find(([name]) => name === "session"), ["session", "s1"]);
});

test("when the server has lost the session, another one is opened", async () => {
  const sessions = [session("s1")];
  const { store, streams } = opened({ sessions });
  await store.actions.start();
  sessions[0] = session("s9");
  streams[0].handlers.gone();
  await new Promise((done) => setImmediate(done));
  assert.equal(store.session.value?.id, "s9");
});
