import assert from "node:assert/strict";
import { test } from "node:test";

import { toCurl, toPython } from "../../../../frontend/lib/page/code.js";
import { COMMANDS } from "../../../../frontend/lib/page/commands.js";
import { REQUESTS } from "../../../../frontend/lib/page/requests.js";

/** Commands that ask the server for nothing: they change what is looked at. */
const LOOKS = /^(view-|example-|copy-link$|flow$|unpin$)/;

test("every command that asks something of the server can be copied", () => {
  for (const name of Object.keys(COMMANDS).filter((each) => !LOOKS.test(each))) {
    assert.ok(REQUESTS.some(({ action }) => action === name), name);
  }
});

test("no action is in the table twice, and each says what it is", () => {
  assert.equal(new Set(REQUESTS.map(({ action }) => action)).size, REQUESTS.length);
  for (const { text } of REQUESTS) assert.match(text, /^[A-Z].{4,}/);
});

test("a shell reads back what stood in quotes", () => {
  const code = toCurl({ method: "POST", path: "/a?b=c&d", body: { name: "it's" }, answer: "json" }, "http://h");
  assert.equal(code, `curl -s 'http://h/a?b=c&d' -H 'Content-Type: application/json' -d '{"name":"it'\\''s"}'`);
});

test("only what a method does not say by itself is said", () => {
  assert.equal(toCurl({ method: "DELETE", path: "/a", answer: "nothing" }, ""), "curl -s -X DELETE '/a'");
  assert.equal(toCurl({ method: "POST", path: "/a", answer: "json" }, ""), "curl -s -X POST '/a'");
  assert.equal(toCurl({ method: "GET", path: "/a", answer: "npy" }, ""), "curl -s -o tensor.npy '/a'");
});

test("what JSON calls null, true and false, Python calls None, True and False", () => {
  const body = { a: null, b: [true, false], c: { d: 0.1 }, e: "true" };
  assert.match(toPython({ method: "POST", path: "/a", body, answer: "json" }, ""),
    /json\.dumps\(\{"a": None, "b": \[True, False\], "c": \{"d": 0\.1\}, "e": "true"\}\)/);
});

test("Python imports what it needs and no more", () => {
  const modules = (/** @type {any} */ request) => toPython(request, "").split("\n")[0];
  assert.equal(modules({ method: "GET", path: "/a", answer: "json" }), "import json, urllib.request");
  assert.equal(modules({ method: "DELETE", path: "/a", answer: "nothing" }), "import urllib.request");
  assert.equal(modules({ method: "GET", path: "/a", answer: "npy" }), "import io, urllib.request");
});
