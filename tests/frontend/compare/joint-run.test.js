import assert from "node:assert/strict";
import { test } from "node:test";

import { createJointRun, nextChunk } from "../../../frontend/compare/joint-run.js";
import { fakeServer } from "../fake-server.js";

/** How many steps the later advances of a run have. @param {(steps: number) => number} took  Milliseconds. */
function settled(took) {
  const chunks = [{ steps: 1, cost: Infinity }];
  while (chunks.length < 60) chunks.push(nextChunk(chunks[chunks.length - 1], took(chunks[chunks.length - 1].steps)));
  return chunks.slice(-10).map(({ steps }) => steps);
}

test("an advance comes to take about as long as it may, however long a step takes", () => {
  for (const cost of [0.02, 0.5, 5, 40]) {
    const took = settled((steps) => cost * steps).map((steps) => cost * steps);
    assert.ok(took.every((each) => each >= 35 && each <= 130), `steps of ${cost} ms: ${took.join(", ")} ms`);
  }
});

test("a long way to the server does not keep advances short", () => {
  assert.ok(settled((steps) => 80 + 0.05 * steps).every((steps) => steps > 100));
});

test("steps that take longer than an advance may are made one by one", () => {
  assert.deepEqual([...new Set(settled((steps) => 400 * steps))], [1]);
});

test("one advance that was held up hardly makes the next ones shorter", () => {
  const chunk = { steps: 1000, cost: 0.07 };
  assert.ok(nextChunk(chunk, 5000).steps > 500);
});

test("at a rate no more steps are made than are due", async () => {
  const { api, at, calls } = fakeServer({ a: {}, b: {} });
  let time = 0;
  const joint = createJointRun({
    api, speed: () => "10", until: () => null, seen: async () => {}, now: () => (time += 1),
    wait(again, pause) {
      time += pause;
      if (at("a").position.step >= 20) joint.pause();
      again();
    },
  });
  const places = ["a", "b"].map((id) => ({ id, ...at(id), loss: 3 }));
  await joint.run(joint.begin(), places, async () => {});
  assert.equal(at("a").position.step, 20);
  assert.ok(time >= 1900 && time <= 2200, `${time} ms`);
  assert.ok(calls.every(([, , , count]) => count === 1));
});
