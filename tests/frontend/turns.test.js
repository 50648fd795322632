import assert from "node:assert/strict";
import { test } from "node:test";

import { Turns } from "../../frontend/components/live-plot/turns.js";

/** A browser whose time the test makes go by. */
function browsing() {
  let time = 0;
  let frame = 0;
  /** @type {Record<"this" | "next" | "task" | "later", (() => void)[]>} */
  const due = { this: [], next: [], task: [], later: [] };
  /** @param {keyof typeof due} when */
  const run = (when) => due[when].splice(0).forEach((then) => then());
  /** @type {() => void} */
  let press = () => {};
  let isInputPending = false;
  const turns = new Turns({
    now: () => time,
    frame: () => frame,
    inThisFrame: (then) => due.this.push(then),
    inNextFrame: (then) => due.next.push(then),
    inNextTask: (then) => due.task.push(then),
    wait: (then, pause) => due.later.push(() => ((time += pause), then())),
    isInputPending: () => isInputPending,
    onPress: (heard) => (press = heard),
  });
  /** @type {string[]} */
  const done = [];
  let plots = 0;
  /**
   * A plot of which a call of Plotly takes so long; each stands after those before it.
   * @param {string} name @param {number} [takes] @param {{ canWait?: boolean, onScreen?: boolean, isNew?: boolean }} [kind]
   */
  const plot = (name, takes = 10, { canWait = false, onScreen = true, isNew = false } = {}) => ({
    canWait, onScreen, isNew,
    place: plots++,
    /** @param {{ place: number }} other */
    precedes(other) {
      return this.place < other.place;
    },
    paint: () => void done.push(`paint ${name}`),
    takeTurn() {
      time += takes;
      done.push(name);
    },
  });
  return {
    turns, done, run, plot, due,
    press: () => press(),
    nextFrame() {
      frame++;
      run("next");
    },
    pendInput: () => (isInputPending = true),
  };
}

test("what is to be painted is, together, in the frame in which it was asked for", () => {
  const { turns, plot, run, done, due } = browsing();
  for (const name of ["a", "b"]) turns.requestPaint(plot(name));
  assert.equal(due.this.length, 1);
  run("this");
  assert.deepEqual(done, ["paint a", "paint b"]);
});

test("of a frame that is painted already, the next one is taken", () => {
  const { turns, plot, run, nextFrame, done } = browsing();
  turns.requestPaint(plot("a"));
  run("this");
  turns.requestPaint(plot("b"));
  run("this");
  assert.deepEqual(done, ["paint a"]);
  nextFrame();
  assert.deepEqual(done, ["paint a", "paint b"]);
});

test("turns begin after the next frame, and share tasks of some length", () => {
  const { turns, plot, run, nextFrame, done } = browsing();
  for (const name of ["a", "b", "c"]) turns.requestTurn(plot(name, 30));
  run("task");
  assert.deepEqual(done, []);
  nextFrame();
  run("task");
  assert.deepEqual(done, ["a", "b"]);
  run("task");
  assert.deepEqual(done, ["a", "b", "c"]);
});

test("who is heard in between is answered before the next turn", () => {
  const { turns, plot, run, nextFrame, done, pendInput } = browsing();
  for (const name of ["a", "b"]) turns.requestTurn(plot(name));
  nextFrame();
  pendInput();
  run("task");
  assert.deepEqual(done, ["a"]);
  run("task");
  assert.deepEqual(done, ["a", "b"]);
});

test("plots in sight go first", () => {
  const { turns, plot, run, nextFrame, done } = browsing();
  turns.requestTurn(plot("hidden", 10, { onScreen: false }));
  turns.requestTurn(plot("seen"));
  nextFrame();
  run("task");
  assert.deepEqual(done, ["seen", "hidden"]);
});

test("plots take turns in the order in which they stand on the page", () => {
  const { turns, plot, run, nextFrame, done } = browsing();
  const [first, second, third] = [plot("first"), plot("second"), plot("third")];
  for (const each of [third, first, second]) turns.requestTurn(each);
  nextFrame();
  run("task");
  assert.deepEqual(done, ["first", "second", "third"]);
});

test("what was not there at all is seen before the next turn", () => {
  const { turns, plot, run, nextFrame, done } = browsing();
  for (const name of ["a", "b"]) turns.requestTurn(plot(name, 10, { isNew: true }));
  nextFrame();
  run("task");
  assert.deepEqual(done, ["a"]);
  run("task");
  assert.deepEqual(done, ["a", "b"]);
});

test("after a key those who must go on do so one by one, and those who can wait do", () => {
  const { turns, plot, run, nextFrame, done, press } = browsing();
  press();
  turns.requestTurn(plot("figure", 10, { canWait: true }));
  for (const name of ["axes 1", "axes 2"]) turns.requestTurn(plot(name));
  nextFrame();
  run("task");
  assert.deepEqual(done, ["axes 1"]);
  run("task");
  assert.deepEqual(done, ["axes 1", "axes 2"]);
  run("task");
  assert.deepEqual(done, ["axes 1", "axes 2"]);
  run("later");
  run("task");
  assert.deepEqual(done, ["axes 1", "axes 2", "figure"]);
});

test("a turn that was given up is not taken, and a plot that has gone is not painted", () => {
  const { turns, plot, run, nextFrame, done } = browsing();
  const [a, b] = [plot("a"), plot("b")];
  turns.requestTurn(a);
  turns.leaveTurn(a);
  turns.requestPaint(b);
  turns.leave(b);
  run("this");
  nextFrame();
  run("task");
  assert.deepEqual(done, []);
});
