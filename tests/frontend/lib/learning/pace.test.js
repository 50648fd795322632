import assert from "node:assert/strict";
import { test } from "node:test";

import { createPace } from "../../../../frontend/lib/learning/pace.js";

/** A pace with a clock of its own. */
function timed() {
  let time = 0;
  /** @type {{ again: () => void, pause: number }[]} */
  const waiting = [];
  const pace = createPace({ now: () => time, wait: (again, pause) => waiting.push({ again, pause }) });
  return { pace, waiting, pass: (/** @type {number} */ milliseconds) => (time += milliseconds) };
}

test("it rests for as long as the last one took", async () => {
  const { pace, waiting, pass } = timed();
  await pace.run(async () => void pass(300));
  assert.ok(pace.idle.value);
  assert.ok(!pace.rested.value);
  assert.equal(waiting[0].pause, 300);
  waiting[0].again();
  assert.ok(pace.rested.value);
});

test("where it is quick it comes as often as was asked", async () => {
  const { pace, waiting, pass } = timed();
  await pace.run(async () => void pass(300), 2000);
  assert.equal(waiting[0].pause, 1700);
});

test("there is one at a time", async () => {
  const { pace } = timed();
  let runs = 0;
  /** @type {(value?: unknown) => void} */
  let finish = () => {};
  const first = pace.run(async () => {
    runs++;
    await new Promise((resolve) => (finish = resolve));
  });
  assert.ok(!pace.idle.value);
  await pace.run(async () => void runs++);
  finish();
  await first;
  assert.equal(runs, 1);
});
