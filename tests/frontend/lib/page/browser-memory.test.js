import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { browserMemory } from "../../../../frontend/lib/page/browser-memory.js";

/** @param {() => unknown} get  What the page finds under `localStorage`. */
const storageIs = (get) => Object.defineProperty(globalThis, "localStorage", { get, configurable: true });

afterEach(() => Reflect.deleteProperty(globalThis, "localStorage"));

test("what was kept is there on the next visit", () => {
  const kept = new Map();
  storageIs(() => ({ getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: kept.set.bind(kept) }));
  browserMemory.setItem("theme", "dark");
  assert.equal(browserMemory.getItem("theme"), "dark");
  assert.equal(browserMemory.getItem("tour"), null);
});

test("a browser that lets the page remember nothing is no reason to fail", () => {
  storageIs(() => {
    throw new DOMException("Access is denied for this document.", "SecurityError");
  });
  browserMemory.setItem("theme", "dark");
  assert.equal(browserMemory.getItem("theme"), null);
});
