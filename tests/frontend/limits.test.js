import assert from "node:assert/strict";
import { test } from "node:test";

import { Limits } from "../../frontend/components/picture/limits.js";

/** A plot that counts how often it is drawn anew. */
const plot = () => ({
  drawn: 0,
  hidden: false,
  isConnected: true,
  refresh() {
    this.drawn++;
  },
  closest() {
    return this.hidden ? {} : null;
  },
});

/** @param {any} limits @param {any} of @param {number} own */
const limit = (limits, of, own) => limits.of(of, own).limit;

test("each tensor has the scale of its own values", () => {
  const limits = new Limits();
  const [a, b] = [plot(), plot()];
  limits.hold(a, 0.4);
  limits.hold(b, 30);
  assert.deepEqual([limit(limits, a, 0.5), limit(limits, b, 50)], [0.5, 50]);
});

test("a shared scale holds the values of all that are on show", () => {
  const limits = new Limits();
  const [a, b] = [plot(), plot()];
  limits.choose("shared", 1);
  limits.hold(a, 0.4);
  limits.hold(b, 30);
  assert.deepEqual([limit(limits, a, 0.5), limit(limits, b, 50)], [50, 50]);
});

test("what is hidden or shows no tensor any more does not share", () => {
  const limits = new Limits();
  const [a, b] = [plot(), plot()];
  limits.choose("shared", 1);
  limits.hold(a, 0.4);
  limits.hold(b, 30);
  b.hidden = true;
  assert.equal(limit(limits, a, 0.5), 0.5);
  b.hidden = false;
  limits.choose("shared", 1);
  assert.equal(limit(limits, a, 0.5), 50);
  limits.release(b);
  assert.equal(limit(limits, a, 0.5), 1);
});

test("where the shared scale changes, the others are drawn anew", () => {
  const limits = new Limits();
  const [a, b] = [plot(), plot()];
  limits.choose("shared", 1);
  limits.hold(a, 0.4);
  assert.equal(limit(limits, a, 0.5), 0.5);
  const before = a.drawn;
  limits.hold(b, 30);
  limit(limits, b, 50);
  assert.equal(a.drawn, before + 1);
  limit(limits, a, 0.5);
  assert.equal(a.drawn, before + 1);
});

test("a fixed scale holds for all, and it is known what lies beyond", () => {
  const limits = new Limits();
  const [a, b] = [plot(), plot()];
  limits.choose("fixed", 0.05);
  limits.hold(a, 0.04);
  limits.hold(b, 3);
  assert.deepEqual(limits.of(a, 1), { limit: 0.05, clipped: false });
  assert.deepEqual(limits.of(b, 1), { limit: 0.05, clipped: true });
});
