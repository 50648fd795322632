import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../frontend/api.js";
import { frame, NETWORK, opened, session, settled } from "../opened.js";

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

/** A session at step 3 that moves as it is told, and refuses to leave the run, as the server does. @param {number} ops */
function moving(ops, at = ops) {
  const position = { step: 3, op: at, ops };
  const found = () => session("s1", { position: { ...position }, last_step: 9 });
  const forward_ops = Math.ceil(ops / 2);
  const advance = (/** @type {string} */ _id, /** @type {string} */ unit, /** @type {number} */ count) => {
    const stops = unit === "pass" ? [0, forward_ops, ops] : Array.from({ length: ops + 1 }, (_, op) => op);
    const below = stops.filter((stop) => (count < 0 ? stop < position.op : stop <= position.op)).length;
    const index = position.step * stops.length + (count < 0 ? below + count : below - 1 + count);
    if (index < 0) throw new ApiError(409, "would lead to before step 0");
    position.step = Math.floor(index / stops.length);
    position.op = stops[index % stops.length];
    return { position: { ...position } };
  };
  const seek = async (/** @type {string} */ _id, /** @type {number} */ step) => {
    await settled();
    position.step = step;
    position.op = ops;
  };
  return { position, refuse: { session: found, advance, seek, network: { ...NETWORK, ops, forward_ops } } };
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

for (const [unit, times, step, op] of /** @type {["op" | "pass", number, number, number][]} */ ([
  ["pass", 1, 3, 25], ["pass", 2, 3, 0], ["pass", 3, 2, 50], ["pass", 50, 0, 0],
  ["op", 3, 3, 47], ["op", 60, 2, 41], ["op", 900, 0, 0],
])) {
  test(`back by ${times} × ${unit} at once ends at step ${step}, op ${op}, and nothing is refused`, async () => {
    const { position, refuse } = moving(50);
    const { store } = opened({ refuse });
    await store.actions.start();
    await Promise.all(Array.from({ length: times }, () => store.actions.advance(unit, -1)));
    assert.deepEqual([position.step, position.op], [step, op]);
    assert.deepEqual(store.notices.value, []);
  });
}

for (const [op, asked] of /** @type {[number, number][]} */ ([[50, 0], [11, 0], [9, 1], [1, 1]])) {
  test(`at op ${op} of step 0 one op back ${asked ? "asks first" : "need not ask"} where the session stands`, async () => {
    const { store, called, streams } = opened({ refuse: moving(50).refuse });
    await store.actions.start();
    streams[0].handlers.frame(frame({ position: { step: 0, op, ops: 50 } }));
    const before = called("session").length;
    await store.actions.advance("op", -1);
    assert.equal(called("session").length - before, asked);
    assert.deepEqual(called("advance"), [["s1", "op", -1]]);
  });
}

/** @param {Record<string, any>} [refuse] */
async function atStep3(refuse) {
  const made = opened({ refuse: { ...moving(50).refuse, timeline: { last_step: 9, commands: [], checkpoints: [0, 4, 8], last_change: 0 }, ...refuse } });
  await made.store.actions.start();
  const take = (/** @type {number} */ step) =>
    made.streams[0].handlers.frame(frame({ position: { step, op: 50, ops: 50 }, last_step: 9 }));
  take(3);
  return { ...made, take };
}

test("a drag passes the nearest checkpoints, each once and the newest one next, and ends at the step itself", async () => {
  const { store, called, take } = await atStep3();
  for (const step of [4, 5, 6, 8, 9, 7]) store.actions.scrub(step);
  assert.equal(store.heading.value?.step, 7);
  await settled();
  await store.actions.seek(6);
  assert.deepEqual(called("seek"), [["s1", 4], ["s1", 6]]);
  assert.equal(store.heading.value?.step, 6);
  take(4);
  assert.equal(store.heading.value?.step, 6);
  take(6);
  assert.equal(store.aim.value, null);
});

test("a drag shows the step under the pointer while the session stands at a checkpoint", async () => {
  const { store, take } = await atStep3();
  await store.actions.scrub(5);
  for (let i = 0; i < 3; i++) take(4);
  assert.equal(store.position.value?.step, 4);
  assert.equal(store.heading.value?.step, 5);
});

test("a session that runs is paused before it goes to another step", async () => {
  const { store, streams, commands } = await atStep3();
  streams[0].handlers.frame(frame({ position: { step: 9, op: 50, ops: 50 }, running: true }));
  await store.actions.scrub(5);
  assert.deepEqual(commands().map(([name]) => name), ["pause", "seek"]);
});

test("a step that is refused is forgotten, and said", async () => {
  const { store } = await atStep3({ seek: new ApiError(409, "There is no step 99.") });
  await store.actions.seek(99);
  assert.equal(store.aim.value, null);
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["There is no step 99."]);
});

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
  await settled();
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

test("a new speed while paused starts nothing", async () => {
  const { store, commands } = opened();
  await store.actions.start();
  store.actions.setSpeed("5");
  await store.actions.pause();
  assert.deepEqual(commands(), []);
  assert.equal(store.choices.value.speed, "5");
});
