import assert from "node:assert/strict";
import { test } from "node:test";

import { batch, computed, effect, pacedEffect, signal } from "../../frontend/lib/signals.js";

/** An effect that notes what it read, each time it ran. @template T @param {() => T} read */
function watch(read) {
  /** @type {T[]} */
  const seen = [];
  const stop = effect(() => void seen.push(read()));
  return { seen, stop };
}

test("an effect runs at once and again when what it read changes", () => {
  const step = signal(1);
  const { seen } = watch(() => step.value);
  step.value = 2;
  assert.deepEqual(seen, [1, 2]);
});

test("an equal value is no change, NaN included", () => {
  const loss = signal(NaN);
  const { seen } = watch(() => loss.value);
  loss.value = NaN;
  assert.equal(seen.length, 1);
});

test("an effect that was ended does not run again", () => {
  const step = signal(1);
  const { seen, stop } = watch(() => step.value);
  stop();
  step.value = 2;
  assert.deepEqual(seen, [1]);
});

test("an effect ended within a batch does not run at the end of it", () => {
  const step = signal(1);
  const { seen, stop } = watch(() => step.value);
  batch(() => {
    step.value = 2;
    stop();
  });
  assert.deepEqual(seen, [1]);
});

test("several changes in a batch are one run, with the last values", () => {
  const step = signal(1);
  const op = signal(0);
  const { seen } = watch(() => [step.value, op.value]);
  batch(() => {
    step.value = 2;
    batch(() => (op.value = 5));
    op.value = 6;
  });
  assert.deepEqual(seen, [[1, 0], [2, 6]]);
});

test("a value set back within a batch still counts as a change, and is seen once", () => {
  const step = signal(1);
  const { seen } = watch(() => step.value);
  batch(() => {
    step.value = 2;
    step.value = 1;
  });
  assert.deepEqual(seen, [1, 1]);
});

test("a computed value is worked out only when somebody asks, and once for many who do", () => {
  let runs = 0;
  const step = signal(1);
  const double = computed(() => (runs++, 2 * step.value));
  assert.equal(runs, 0);
  assert.equal(double.value + double.value, 4);
  assert.equal(runs, 1);
  step.value = 2;
  assert.equal(runs, 1);
  assert.equal(double.value, 4);
});

test("an effect rests while the computed value it read stays the same", () => {
  const step = signal(1);
  const odd = computed(() => step.value % 2 === 1);
  const { seen } = watch(() => odd.value);
  step.value = 3;
  assert.deepEqual(seen, [true]);
  step.value = 4;
  assert.deepEqual(seen, [true, false]);
});

test("an effect behind two computed values of one signal runs once for a change and sees both new", () => {
  const step = signal(1);
  const double = computed(() => 2 * step.value);
  const sum = computed(() => step.value + double.value);
  const { seen } = watch(() => [double.value, sum.value]);
  step.value = 2;
  assert.deepEqual(seen, [[2, 3], [4, 6]]);
});

test("what an effect reads is found anew on every run", () => {
  const which = signal("a");
  const a = signal(1);
  const b = signal(10);
  const { seen } = watch(() => (which.value === "a" ? a.value : b.value));
  which.value = "b";
  a.value = 2;
  b.value = 11;
  assert.deepEqual(seen, [1, 10, 11]);
});

test("peek reads without subscribing", () => {
  const step = signal(1);
  const double = computed(() => 2 * step.value);
  const { seen } = watch(() => [step.peek(), double.peek()]);
  step.value = 2;
  assert.deepEqual(seen, [[1, 2]]);
  assert.equal(double.peek(), 4);
});

test("an effect may set what another one reads", () => {
  const step = signal(1);
  const shown = signal("");
  const { seen } = watch(() => shown.value);
  effect(() => {
    shown.value = `step ${step.value}`;
  });
  step.value = 2;
  assert.deepEqual(seen, ["", "step 1", "step 2"]);
});

test("a computed value that failed is worked out again when asked again", () => {
  const text = signal("{");
  const parsed = computed(() => JSON.parse(text.value));
  assert.throws(() => parsed.value, SyntaxError);
  assert.throws(() => parsed.value, SyntaxError);
  text.value = "3";
  assert.equal(parsed.value, 3);
});

/** A clock that stands still until it is told to go on. */
function clock() {
  let time = 0;
  /** @type {{ then: () => void, at: number }[]} */
  let waiting = [];
  return {
    now: () => time,
    wait: (/** @type {() => void} */ then, /** @type {number} */ pause) => waiting.push({ then, at: time + pause }),
    /** @param {number} by */
    goOn(by) {
      time += by;
      const over = waiting.filter(({ at }) => at <= time);
      waiting = waiting.filter(({ at }) => at > time);
      for (const { then } of over) then();
    },
  };
}

test("a paced effect runs at once, then seldom, and misses no last change", () => {
  const step = signal(0);
  const time = clock();
  /** @type {number[]} */
  const seen = [];
  pacedEffect(() => void seen.push(step.value), () => 100, time);
  for (const next of [1, 2, 3]) step.value = next;
  assert.deepEqual(seen, [0]);
  time.goOn(100);
  assert.deepEqual(seen, [0, 3]);
  time.goOn(100);
  assert.deepEqual(seen, [0, 3]);
  step.value = 4;
  assert.deepEqual(seen, [0, 3, 4]);
});

test("paced effects that began at different times run together", () => {
  const step = signal(0);
  const time = clock();
  /** @type {[string, number][]} */
  const seen = [];
  const note = (/** @type {string} */ name) => pacedEffect(() => void seen.push([name, step.value]), () => 100, time);
  note("a");
  time.goOn(70);
  note("b");
  step.value = 1;
  time.goOn(20);
  step.value = 2;
  assert.deepEqual(seen, [["a", 0], ["b", 0]]);
  time.goOn(10);
  assert.deepEqual(seen.slice(2), [["a", 2], ["b", 2]]);
});

test("a paced effect is held back no longer than its pause is then", () => {
  const step = signal(0);
  const time = clock();
  let pause = 100;
  /** @type {number[]} */
  const seen = [];
  pacedEffect(() => void seen.push(step.value), () => pause, time);
  step.value = 1;
  pause = 0;
  step.value = 2;
  assert.deepEqual(seen, [0, 2]);
  time.goOn(100);
  assert.deepEqual(seen, [0, 2]);
});

test("a paced effect that has ended is not made up for", () => {
  const step = signal(0);
  const time = clock();
  /** @type {number[]} */
  const seen = [];
  const end = pacedEffect(() => void seen.push(step.value), () => 100, time);
  step.value = 1;
  end();
  time.goOn(100);
  assert.deepEqual(seen, [0]);
});
