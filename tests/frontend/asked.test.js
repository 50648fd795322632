import assert from "node:assert/strict";
import { test } from "node:test";

import { Asked } from "../../frontend/lib/asked.js";

/** A clock that is wound by hand. */
function clock() {
  /** @type {Set<() => void>} */
  const waiting = new Set();
  return {
    /** @param {() => void} then */
    wait: (then) => {
      waiting.add(then);
      return () => waiting.delete(then);
    },
    async pass() {
      for (const then of [...waiting]) {
        waiting.delete(then);
        then();
      }
      await new Promise(setImmediate);
    },
  };
}

test("a question is asked once, after a pause, and answered under its key", async () => {
  const { wait, pass } = clock();
  const asked = new Asked(/** @type {any} */ (wait));
  let times = 0;
  const ask = async () => ++times;
  assert.equal(asked.about("a", ask), null);
  assert.equal(asked.about("a", ask), null);
  assert.equal(times, 0);
  await pass();
  assert.deepEqual(asked.about("a", ask), { key: "a", value: 1, error: null });
  await pass();
  assert.equal(times, 1);
});

test("of several questions in quick succession only the last is asked", async () => {
  const { wait, pass } = clock();
  const asked = new Asked(/** @type {any} */ (wait));
  /** @type {string[]} */
  const questions = [];
  for (const key of ["a", "b", "c"]) asked.about(key, async () => questions.push(key));
  await pass();
  assert.deepEqual(questions, ["c"]);
});

test("an answer that comes to an earlier question does not count", async () => {
  const { wait, pass } = clock();
  const asked = new Asked(/** @type {any} */ (wait));
  /** @type {(value: string) => void} */
  let answer = () => {};
  asked.about("a", () => new Promise((resolve) => (answer = resolve)));
  await pass();
  asked.about(null, async () => "");
  answer("late");
  await pass();
  assert.equal(asked.about("b", async () => "new"), null);
  await pass();
  assert.equal(asked.about("b", async () => "new")?.value, "new");
});

test("while one question is under way others wait, and of those only the last is asked", async () => {
  const { wait, pass } = clock();
  const asked = new Asked(/** @type {any} */ (wait));
  /** @type {Map<string, (value: string) => void>} */
  const underWay = new Map();
  const about = (/** @type {string} */ key) =>
    asked.about(key, () => new Promise((resolve) => underWay.set(key, resolve)));
  for (const key of ["a", "b", "c"]) {
    about(key);
    await pass();
  }
  assert.deepEqual([...underWay.keys()], ["a"]);
  underWay.get("a")?.("first");
  await pass();
  assert.deepEqual([...underWay.keys()], ["a", "c"]);
  underWay.get("c")?.("last");
  await pass();
  assert.equal(about("c")?.value, "last");
});

test("a refusal is told in its own words", async () => {
  const { wait, pass } = clock();
  const asked = new Asked(/** @type {any} */ (wait));
  const ask = () => Promise.reject(new Error("not at this op"));
  asked.about("a", ask);
  await pass();
  assert.deepEqual(asked.about("a", ask), { key: "a", value: null, error: "not at this op" });
});
