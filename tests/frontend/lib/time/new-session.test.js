import assert from "node:assert/strict";
import { test } from "node:test";

import { configOf, FIELDS, refusals } from "../../../../frontend/lib/time/new-session.js";

const FILLED = Object.fromEntries(FIELDS.map(({ name, value, options }) => [name, value ?? options?.[0] ?? "names"]));

test("the form as it stands makes a config", () => {
  assert.deepEqual(configOf({ ...FILLED, dataset: "names" }), {
    data: { dataset: "names" },
    model: { hidden_sizes: [64], batch_norm: "hidden", granularity: "atomic" },
    init: { seed: 2147483647, hidden_gain: 5 / 3, output_scale: 0.1, bias_scale: 0.1 },
    training: { batch_size: 32, learning_rate: [{ from_step: 0, value: 0.1 }], engine: "auto" },
  });
});

test("the engine that is chosen is in the config, and each one is said what it is", () => {
  const engine = FIELDS.find(({ name }) => name === "engine");
  for (const name of ["auto", "tape", "kernel"]) {
    assert.equal(configOf({ ...FILLED, engine: name }).training?.engine, name);
    assert.match(engine?.texts?.[name] ?? "", new RegExp(`^${name}: .{10}`));
  }
});

test("what is no number is left to the server to refuse", () => {
  const { model, training } = configOf({ ...FILLED, hidden_sizes: "10, ten", batch_size: "" });
  assert.deepEqual([model?.hidden_sizes, training?.batch_size], [[10, "ten"], ""]);
});

test("a start is a number or a fraction, and none is null", () => {
  const { init } = configOf({ ...FILLED, hidden_gain: "10", output_scale: "none", bias_scale: " 1 / 4 " });
  assert.deepEqual(init, { seed: 2147483647, hidden_gain: 10, output_scale: null, bias_scale: 0.25 });
  assert.equal(configOf({ ...FILLED, hidden_gain: "1/0" }).init?.hidden_gain, /** @type {any} */ ("1/0"));
});

test("a session without a name is called after what was changed in the form", () => {
  assert.equal(configOf({ ...FILLED, name: " ", hidden_gain: "10", batch_norm: "none" }).name, "batch norm none, hidden gain 10");
  assert.equal(configOf({ ...FILLED, name: "mine", hidden_gain: "10" }).name, "mine");
});

for (const { name, path, label } of FIELDS) {
  test(`a refusal of ${path} is said of ${name}, by its label`, () => {
    for (const place of [path, `${path}.0.value`]) {
      assert.deepEqual(refusals(`${place}: Too large, got 9`), [{ field: name, text: `${label}: Too large, got 9` }]);
    }
  });
}

test("refusals are told one by one", () => {
  const message = "model.hidden_sizes.0: Too large, got 5000; init.seed: Too small; training.batch_size: Is 0; … and 2 more";
  assert.deepEqual(refusals(message).map(({ field }) => field), ["hidden_sizes", "seed", "batch_size", null]);
});

test("a sentence stays in one piece", () => {
  const message = "data.dataset: there is no data set 'x'; GET /api/datasets lists them";
  assert.deepEqual(refusals(message).map(({ field }) => field), ["dataset"]);
  assert.deepEqual(refusals("Too many words; leave some out"), [{ field: null, text: "Too many words; leave some out" }]);
});
