import assert from "node:assert/strict";
import { test } from "node:test";

import { createLockstep } from "../../../frontend/compare/lockstep.js";
import { ATOMIC, fakeServer, FUSED } from "../fake-server.js";

/** Two sessions under one command. @param {Parameters<typeof fakeServer>[0]} sessions @param {{ speed?: string, until?: any, now?: () => number }} [wanted] */
function locked(sessions, { speed = "max", until = null, now } = {}) {
  const server = fakeServer(sessions);
  const errors = /** @type {unknown[]} */ ([]);
  const sides = Object.keys(sessions).map(server.side);
  const lock = createLockstep({
    api: server.api, sides, speed: () => speed, until: () => until, report: (error) => errors.push(error),
    wait: (again) => setTimeout(again, 0), ...(now && { now }),
  });
  return { ...server, lock, errors };
}

const SAME = { a: { last_step: 10 }, b: { last_step: 10 } };

test("a step is made in both at once", async () => {
  const { lock, moves, places } = locked(SAME);
  await lock.advance("step", 3);
  assert.deepEqual(places(), ["13:8", "13:8"]);
  assert.deepEqual(moves(), [["advance", "a", "step", 3], ["advance", "b", "step", 3]]);
});

for (const [unit, count, place] of /** @type {const} */ ([
  ["op", -1, "10:7"], ["op", -9, "9:8"], ["op", 1, "11:0"], ["pass", -1, "10:4"], ["pass", 1, "11:4"], ["step", -4, "6:8"],
])) {
  test(`${count} ${unit}s take both to ${place}`, async () => {
    const { lock, places, errors } = locked(SAME);
    await lock.advance(unit, count);
    assert.deepEqual(places(), [place, place]);
    assert.deepEqual(errors, []);
  });
}

test("back beyond where the run begins is as far as that", async () => {
  const { lock, places, errors } = locked({ a: { last_step: 1 }, b: { last_step: 1 } });
  await lock.advance("step", -5);
  assert.deepEqual(places(), ["0:8", "0:8"]);
  assert.deepEqual(errors, []);
});

test("an op of another network is the one at which as much is known", async () => {
  const { lock, places } = locked({ a: {}, b: { network: FUSED } });
  await lock.goTo(0);
  const seen = [];
  for (let op = 0; op < 8; op++) {
    await lock.advance("op");
    seen.push(places().join(" "));
  }
  assert.deepEqual(seen, ["0:1 0:1", "0:2 0:1", "0:3 0:2", "0:4 0:3", "0:5 0:4", "0:6 0:4", "0:7 0:5", "0:8 0:6"]);
});

test("both go to a step, and to an op of it", async () => {
  const { lock, places } = locked(SAME);
  await lock.seek(4);
  assert.deepEqual(places(), ["4:8", "4:8"]);
  await lock.goTo(2);
  assert.deepEqual(places(), ["4:2", "4:2"]);
});

test("one that has not come so far goes on with new steps", async () => {
  const { lock, places, moves } = locked({ a: { last_step: 100 }, b: { last_step: 10, position: { step: 3, op: 8, ops: 8 } } });
  await lock.seek(40);
  assert.deepEqual(places(), ["40:8", "40:8"]);
  assert.deepEqual(moves().filter(([, id]) => id === "b"), [["seek", "b", 10], ["advance", "b", "step", 30]]);
});

test("they are brought together where the first stands, or as far as the other has come", async () => {
  const far = locked({ a: { last_step: 100, position: { step: 7, op: 3, ops: 8 } }, b: { last_step: 50 } });
  await far.lock.align();
  assert.deepEqual(far.places(), ["7:3", "7:3"]);
  const near = locked({ a: { last_step: 100 }, b: { last_step: 50, network: FUSED, position: { step: 20, op: 1, ops: 6 } } });
  await near.lock.align();
  assert.deepEqual(near.places(), ["50:8", "50:6"]);
  assert.ok(near.moves().every(([name]) => name === "seek"));
});

test("one that somebody else has set running is paused before it is moved", async () => {
  const { lock, moves, at } = locked({ a: { last_step: 10 }, b: { last_step: 10, running: true } });
  await lock.advance("step", 1);
  assert.equal(at("b").running, false);
  assert.deepEqual(moves()[0], ["pause", "b"]);
});

test("steps from places apart lead both to where they lead the first", async () => {
  const { lock, places } = locked({ a: { last_step: 10 }, b: { last_step: 30 } });
  await lock.advance("step", 2);
  assert.deepEqual(places(), ["12:8", "12:8"]);
});

test("of several steps asked for in a row the last one counts", async () => {
  const { lock, calls, places } = locked(SAME);
  await Promise.all([lock.seek(1), lock.seek(2), lock.seek(3)]);
  assert.deepEqual(places(), ["3:8", "3:8"]);
  assert.deepEqual(calls.filter(([name]) => name === "seek").map(([, , step]) => step), [3, 3]);
});

test("while one scrubs, both show what can be shown at once, and the aim is the step itself", async () => {
  const { lock, places } = locked(SAME);
  await lock.scrub(7, 5);
  assert.deepEqual(places(), ["5:8", "5:8"]);
  assert.deepEqual(lock.aim.value, { step: 7, op: 8 });
  await lock.seek(7);
  assert.deepEqual(places(), ["7:8", "7:8"]);
  assert.equal(lock.aim.value, null);
});

test("a run goes on in equal advances until it is paused, and both stand at the same step", async () => {
  const { lock, places, calls } = locked(SAME);
  const run = lock.run();
  while (calls.filter(([name]) => name === "advance").length < 6) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(lock.running.value, true);
  await lock.pause();
  await run;
  assert.equal(lock.running.value, false);
  assert.equal(places()[0], places()[1]);
  const advances = calls.filter(([name]) => name === "advance");
  assert.deepEqual(advances.filter(([, id]) => id === "a").map(([, , , count]) => count),
    advances.filter(([, id]) => id === "b").map(([, , , count]) => count));
});

test("a run that is paused before its turn comes makes no step", async () => {
  const { lock, places } = locked(SAME);
  const run = lock.run();
  lock.pause();
  await run;
  assert.deepEqual(places(), ["10:8", "10:8"]);
});

test("a command ends a run", async () => {
  const { lock } = locked(SAME);
  const run = lock.run();
  await lock.seek(2);
  await run;
  assert.equal(lock.running.value, false);
});

test("a run ends where one of them comes to the breakpoint, both there, and says which", async () => {
  const slower = (/** @type {number} */ step) => 3 - step / 1000;
  const { lock, places } = locked({ a: { loss: slower }, b: {} }, { until: { metric: "loss", below: 2.905 } });
  await lock.run();
  assert.deepEqual(places(), ["10:8", "10:8"]);
  assert.equal(lock.stopped.value, "B: loss is 2.900 at step 10.");
});

test("a run ends where a loss is no longer finite, and goes on when it is told to", async () => {
  const { lock, at, calls } = locked({ a: {}, b: { loss: (step) => (step > 5 ? null : 3) } });
  await lock.run();
  assert.match(lock.stopped.value ?? "", /^B: the loss is no longer finite by step \d+\./);
  const step = at("a").position.step;
  const before = calls.length;
  const run = lock.run();
  while (calls.length < before + 20) await new Promise((resolve) => setTimeout(resolve, 1));
  await lock.pause();
  await run;
  assert.ok(at("a").position.step > step && at("a").position.step === at("b").position.step);
});

test("what fails is reported, and the next command goes out", async () => {
  const { lock, errors, api, places } = locked(SAME);
  const broken = Object.assign(api, {});
  assert.ok(broken);
  await lock.seek(-1);
  assert.equal(errors.length, 1);
  assert.equal(lock.aim.value, null);
  await lock.advance("step", 1);
  assert.deepEqual(places(), ["11:8", "11:8"]);
});

test("they are together where as much is known of the same step", () => {
  const at = (/** @type {number} */ op, network = ATOMIC) => ({ network, position: { step: 1, op, ops: network.ops }, last_step: 1 });
  const isTogether = (/** @type {any} */ a, /** @type {any} */ b) => locked({ a, b }).lock.together();
  assert.equal(isTogether(at(8), at(8)), true);
  assert.equal(isTogether(at(8), at(7)), false);
  assert.equal(isTogether(at(4), at(3, FUSED)), true);
  assert.equal(isTogether(at(8), { ...at(8), position: { step: 0, op: 8, ops: 8 } }), false);
});
