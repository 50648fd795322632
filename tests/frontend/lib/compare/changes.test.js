import assert from "node:assert/strict";
import { test } from "node:test";

import { changedConfig, CHANGES, LEARNING_RATE, titled, valueOf } from "../../../../frontend/lib/compare/changes.js";
import { toldApart } from "../../../../frontend/lib/compare/told-apart.js";

/** @type {any} */
const SESSION = {
  name: "mine",
  config: {
    name: "mine",
    data: { dataset: "names", context_length: 3, split_seed: 42 },
    model: {
      embedding_size: 10, hidden_sizes: [64], batch_norm: "hidden", hidden_bias: true, output_bias: true, granularity: "atomic",
    },
    init: { seed: 1, hidden_gain: 1.5, output_scale: null, bias_scale: 0.1, batch_norm_noise: 0.1 },
    training: { batch_size: 32, learning_rate: [{ from_step: 0, value: 0.1 }], engine: "auto" },
  },
  training: { learning_rate: 0.05, clipping: null },
};
const FILLED = { text: "0.25", option: "" };

for (const { name, options } of CHANGES) {
  if (name === LEARNING_RATE) continue;

  test(`a changed ${name} is all that changes, and the name says it`, () => {
    const filled = options?.find(({ value }) => value !== valueOf(name, SESSION))?.value ?? FILLED.text;
    const changed = /** @type {any} */ (changedConfig(SESSION, name, filled));
    const [section, field] = name.split(".");
    assert.notDeepEqual(changed[section][field], SESSION.config[section][field]);
    assert.deepEqual({ ...changed[section], [field]: SESSION.config[section][field] }, SESSION.config[section]);
    assert.match(changed.name, /^mine, /);
    assert.deepEqual(toldApart(SESSION, { config: changed }, { a: 0.1, b: 0.1 }).map((each) => each.field), [field.replaceAll("_", " ")]);
  });

  test(`a changed ${name} is a value of the same kind`, () => {
    const [section, field] = name.split(".");
    const value = valueOf(name, SESSION);
    assert.deepEqual(/** @type {any} */ (changedConfig(SESSION, name, value))[section][field], SESSION.config[section][field]);
  });
}

test("the learning rate is the one in force", () => assert.equal(valueOf(LEARNING_RATE, SESSION), "0.05"));

test("what is no number goes to the server as it was written", () => {
  assert.equal(/** @type {any} */ (changedConfig(SESSION, "init.hidden_gain", "much")).init.hidden_gain, "much");
});

test("a name is not longer than names may be, and keeps what was changed", () => {
  const name = titled("x".repeat(200), "Engine", "tape");
  assert.equal(name.length, 200);
  assert.ok(name.endsWith(", engine tape"));
});

test("sessions of one config differ in the learning rate in force, where that differs", () => {
  assert.deepEqual(toldApart(SESSION, SESSION, { a: 0.1, b: 0.1 }), []);
  assert.deepEqual(toldApart(SESSION, SESSION, { a: 0.1, b: 0.5 }), [{ field: "learning rate", a: "0.1", b: "0.5" }]);
});

test("a schedule is told step by step", () => {
  const config = { ...SESSION.config, training: { ...SESSION.config.training, learning_rate: [{ from_step: 0, value: 1 }, { from_step: 9, value: 0.5 }] } };
  assert.deepEqual(toldApart(SESSION, { config }, { a: 0.1, b: 1 }),
    [{ field: "learning rate", a: "0.1 from 0", b: "1 from 0, 0.5 from 9" }]);
});
