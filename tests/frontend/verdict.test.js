import assert from "node:assert/strict";
import { test } from "node:test";

import { age, kernelVerdict, verdict, worstFirst } from "../../frontend/lib/verdict.js";

const SAME = { name: "da", exact: true, approximate: true, maxdiff: 0, largest: 1, kernel_maxdiff: null };
const CLOSE = { name: "db", exact: false, approximate: true, maxdiff: 1e-9, largest: 1, kernel_maxdiff: 1.19e-8 };
const UNKNOWN = { name: "dc", exact: false, approximate: false, maxdiff: null, largest: 1, kernel_maxdiff: null };
const WRONG = { name: "dd", exact: false, approximate: false, maxdiff: 0.5, largest: 1, kernel_maxdiff: 2e-9 };

const VERDICTS = [
  { rows: [SAME, SAME], text: "2 of 2 bit-exact", tone: "good" },
  { rows: [CLOSE, CLOSE], text: "2 of 2 agree, 0 bit-exact", tone: "good" },
  { rows: [SAME, CLOSE], text: "2 of 2 agree, 1 bit-exact", tone: "good" },
  { rows: [SAME, WRONG], text: "1 of 2 agree, 1 bit-exact", tone: "bad" },
  {
    rows: [SAME, UNKNOWN, UNKNOWN], tone: "",
    text: "2 of 3 not finite, cannot be compared; 1 of the other 1 agree",
  },
  { rows: [UNKNOWN, WRONG], text: "1 of 2 not finite, cannot be compared; 0 of the other 1 agree", tone: "bad" },
  { rows: [UNKNOWN], text: "1 of 1 not finite, cannot be compared", tone: "" },
];
for (const { rows, text, tone } of VERDICTS) {
  test(`${rows.map(({ name }) => name)}: ${text}`, () => assert.deepEqual(verdict(rows), { text, tone }));
}

test("the worst rows come first, and rows as bad as each other stay in order", () => {
  const close = { ...CLOSE, name: "dz" };
  const shown = worstFirst([SAME, close, UNKNOWN, CLOSE, WRONG]).map(({ name }) => name);
  assert.deepEqual(shown, ["dd", "dc", "dz", "db", "da"]);
});

test("the kernel is said to agree within the largest difference of all parameters", () => {
  const rows = [SAME, WRONG, CLOSE];
  assert.equal(kernelVerdict(rows, "kernel"), "The kernel, which trains, agrees with the tape within 1.2e−8.");
  assert.equal(kernelVerdict(rows, "tape"), "The kernel agrees with the tape, which trains here, within 1.2e−8.");
  const exact = [SAME, { ...CLOSE, kernel_maxdiff: 0 }];
  assert.equal(kernelVerdict(exact, "kernel"), "The kernel, which trains, agrees with the tape bit for bit.");
});

test("where no gradient is finite, the kernel is not said to agree", () => {
  assert.match(kernelVerdict([UNKNOWN, SAME], "kernel"), /cannot be compared/);
});

test("where there is no kernel, nothing is said of it", () => assert.equal(kernelVerdict([SAME], "tape"), ""));

const HERE = { step: 1200, op: 50, ops: 50 };
const SEEN = { last_change: 7, loss: 2.5 };
const AGES = [
  { now: { position: HERE, ...SEEN }, says: "that is here" },
  { now: { position: { ...HERE, op: 49 }, ...SEEN }, says: "in this step" },
  { now: { position: HERE, last_change: 11, loss: 2.5 }, says: "in this step" },
  { now: { position: HERE, last_change: 8, loss: 2.6 }, says: "before the parameters were changed" },
  { now: { position: { ...HERE, op: 30 }, last_change: 8, loss: 2.6 }, says: "before the parameters were changed" },
  { now: { position: { ...HERE, op: 3 }, last_change: 8, loss: null }, says: "in this step" },
  { now: { position: { ...HERE, step: 1201 }, last_change: 8, loss: 2 }, says: "1 step ago" },
  { now: { position: { ...HERE, step: 1198 }, last_change: 8, loss: 2 }, says: "2 steps ahead" },
];
for (const { now, says } of AGES) {
  test(`at ${JSON.stringify(now)} a verification was made ${says}`, () => {
    assert.equal(age({ position: HERE, seen: SEEN }, now), `checked at step 1,200 op 50, ${says}`);
  });
}

test("a verification that the page was not there for claims no more than its position", () => {
  assert.match(age({ position: HERE, seen: null }, { position: HERE, ...SEEN }), /in this step$/);
});
