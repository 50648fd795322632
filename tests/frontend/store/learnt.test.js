import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError, createApi } from "../../../frontend/api.js";
import { wordsWanted } from "../../../frontend/lib/learning/words.js";
import { DEFAULTS } from "../../../frontend/lib/page/choices.js";
import { COMMANDS } from "../../../frontend/lib/page/commands.js";
import { opened } from "../opened.js";

const WANTED = /** @type {const} */ ({ splits: ["train", "validation"], statistics: "calibrated" });
const evaluate = (/** @type {string} */ id) => ({ step: id === "s1" ? 7 : 9, measured: { train: 2, validation: 2.5 } });

/** @param {object} [refuse] */
async function started(refuse = {}) {
  const all = opened({ refuse: { evaluate, samples: () => ({ step: 7, measured: [{ word: "emma" }] }), ...refuse } });
  await all.store.actions.start();
  return all;
}

test("an evaluation is kept with the step that the answer tells, for its session", async () => {
  const { store, called } = await started();
  await store.actions.evaluate({ ...WANTED, splits: [...WANTED.splits] });
  assert.deepEqual(called("evaluate"), [["s1", WANTED]]);
  assert.deepEqual(store.evaluations.value.get("s1"),
    [{ step: 7, statistics: "calibrated", losses: { train: 2, validation: 2.5 } }]);
  await store.actions.openSession("s2");
  await store.actions.evaluate({ ...WANTED, splits: [...WANTED.splits] });
  assert.deepEqual([...store.evaluations.value.keys()], ["s1", "s2"]);
});

test("while one evaluation is under way no other begins", async () => {
  const { store, called } = await started();
  const wanted = { ...WANTED, splits: [...WANTED.splits] };
  const first = store.actions.evaluate(wanted);
  assert.match(COMMANDS.evaluate.blocked(store) ?? "", /being evaluated/);
  await store.actions.evaluate(wanted);
  await first;
  assert.equal(called("evaluate").length, 1);
  assert.equal(COMMANDS.evaluate.blocked(store), null);
});

test("an evaluation that fails is told, and can be asked for again", async () => {
  const { store } = await started({ evaluate: new ApiError(409, "no") });
  await store.actions.evaluate({ ...WANTED, splits: [...WANTED.splits] });
  assert.equal(store.notices.value.at(-1)?.text, "no");
  assert.ok(!store.evaluating.value);
});

test("words are kept with their step, or with why there are none", async () => {
  const { store } = await started();
  const wanted = wordsWanted(DEFAULTS);
  await store.actions.drawWords(wanted);
  assert.deepEqual(store.words.value, { session: "s1", step: 7, wanted, samples: [{ word: "emma" }], problem: null });
  const refused = await started({ samples: new ApiError(422, "'X' is not in the vocabulary") });
  await refused.store.actions.drawWords(wanted);
  assert.deepEqual([refused.store.words.value?.samples, refused.store.words.value?.problem], [[], "'X' is not in the vocabulary"]);
});

test("the step that an answer is of stands in its header", async () => {
  /** @type {[string, RequestInit][]} */
  const requests = [];
  const api = createApi(/** @type {any} */ (async (/** @type {string} */ path, /** @type {RequestInit} */ options) => {
    requests.push([path, options]);
    return new Response('{"train": 2.5}', { headers: { "Gradient-Flow-Step": "1234" } });
  }));
  const answer = await api.evaluate("a/b", { splits: ["train"], statistics: "running" });
  assert.deepEqual(answer, { step: 1234, measured: { train: 2.5 } });
  const [[path, { method, body }]] = requests;
  assert.deepEqual([path, method, body], ["/api/sessions/a%2Fb/evaluate", "POST", '{"splits":["train"],"statistics":"running"}']);
});
