import assert from "node:assert/strict";
import { test } from "node:test";

import { summary, values } from "../../frontend/lib/views.js";
import { openStream, streamUrl } from "../../frontend/stream.js";

/** A stream on a wire of which the test holds the other end. */
function wired() {
  /** @type {any[]} */
  const sockets = [];
  /** @type {(() => void)[]} */
  const repaints = [];
  /** @type {{ again: () => void, pause: number }[]} */
  const waits = [];
  /** @type {[string, unknown][]} */
  const told = [];

  class Socket {
    readyState = 0;
    /** @type {any[]} */
    sent = [];
    constructor(/** @type {string} */ url) {
      this.url = url;
      sockets.push(this);
    }
    send(/** @type {string} */ text) {
      this.sent.push(JSON.parse(text));
    }
    close(code = 1006) {
      this.readyState = 3;
      /** @type {any} */ (this).onclose({ code });
    }
    open() {
      this.readyState = 1;
      /** @type {any} */ (this).onopen();
    }
  }

  const stream = openStream("ws://host/stream", {
    frames: (frames) => told.push(["frames", frames.map((frame) => new Uint8Array(frame)[0])]),
    connection: (state) => told.push(["connection", state]),
    error: (detail) => told.push(["error", detail]),
    gone: () => told.push(["gone", null]),
  }, {
    WebSocket: /** @type {any} */ (Socket),
    repaint: (take) => repaints.push(take),
    wait: (again, pause) => waits.push({ again, pause }),
  });
  const frame = (/** @type {number} */ number) => sockets.at(-1).onmessage({ data: new Uint8Array([number]).buffer });
  return { stream, sockets, repaints, waits, told, frame };
}

test("once open, the stream says what is shown and asks for the first frames", () => {
  const { stream, sockets } = wired();
  stream.show([summary("h")]);
  assert.deepEqual(sockets[0].sent, []);
  sockets[0].open();
  assert.deepEqual(sockets[0].sent, [{ type: "show", views: [summary("h")] }, { type: "ready" }, { type: "ready" }]);
});

test("views that change are told at once", () => {
  const { stream, sockets } = wired();
  sockets[0].open();
  stream.show([values("dlogits")]);
  assert.deepEqual(sockets[0].sent.at(-1), { type: "show", views: [values("dlogits")] });
});

/** @param {{ sent: { type: string }[] }} socket */
const asked = ({ sent }) => sent.filter(({ type }) => type === "ready").length;

test("two frames are asked for at once, and another for each that is taken", () => {
  const { sockets, repaints, told, frame } = wired();
  sockets[0].open();
  assert.equal(asked(sockets[0]), 2);
  frame(1);
  assert.equal(asked(sockets[0]), 3);
  assert.ok(!told.some(([what]) => what === "frames"));
  repaints[0]();
  assert.deepEqual(told.at(-1), ["frames", [1]]);
  assert.equal(asked(sockets[0]), 3);
});

test("all frames that have come before a repaint are told, and no more are asked for before that", () => {
  const { sockets, repaints, told, frame } = wired();
  sockets[0].open();
  for (const number of [1, 2, 3]) frame(number);
  assert.equal(repaints.length, 1);
  assert.equal(asked(sockets[0]), 3);
  repaints[0]();
  assert.deepEqual(told.filter(([what]) => what === "frames"), [["frames", [1, 2, 3]]]);
  assert.equal(asked(sockets[0]), 5);
});

test("what was asked for on a connection that was lost is asked for anew on the next", () => {
  const { sockets, waits, frame } = wired();
  sockets[0].open();
  frame(1);
  sockets[0].close();
  waits[0].again();
  sockets[1].open();
  assert.deepEqual(sockets[1].sent.at(-1), { type: "ready" });
});

test("a lost connection is sought again after growing pauses, and the views are told anew", () => {
  const { stream, sockets, waits, told } = wired();
  stream.show([summary("h")]);
  for (let i = 0; i < 7; i++) {
    sockets[i].close();
    waits[i].again();
  }
  assert.deepEqual(waits.map(({ pause }) => pause), [250, 500, 1000, 1500, 1500, 1500, 1500]);
  assert.deepEqual(told.at(-1), ["connection", "lost"]);
  sockets[7].open();
  assert.deepEqual(told.at(-1), ["connection", "open"]);
  assert.deepEqual(sockets[7].sent, [{ type: "show", views: [summary("h")] }, { type: "ready" }, { type: "ready" }]);
});

test("the pause is short again after a connection that brought a frame", () => {
  const { sockets, waits, frame } = wired();
  sockets[0].close();
  waits[0].again();
  sockets[1].open();
  frame(1);
  sockets[1].close();
  assert.equal(waits[1].pause, 250);
});

test("a server that takes the stream and ends it at once is asked less and less often", () => {
  const { sockets, waits } = wired();
  sockets[0].open();
  sockets[0].close();
  waits[0].again();
  sockets[1].open();
  sockets[1].close();
  assert.deepEqual(waits.map(({ pause }) => pause), [250, 500]);
});

test("a frame of a connection that was lost meanwhile is not taken", () => {
  const { sockets, repaints, told, frame } = wired();
  sockets[0].open();
  frame(1);
  sockets[0].close();
  repaints[0]();
  assert.ok(!told.some(([what]) => what === "frames"));
});

test("a closed stream takes no frame and does not come back", () => {
  const { stream, sockets, repaints, waits, told, frame } = wired();
  sockets[0].open();
  frame(1);
  stream.close();
  repaints[0]();
  assert.deepEqual(waits, []);
  assert.ok(!told.some(([what]) => what === "frames"));
});

test("a session that the server does not have is not sought again", () => {
  const { sockets, waits, told } = wired();
  sockets[0].open();
  sockets[0].close(4404);
  assert.deepEqual(waits, []);
  assert.deepEqual(told.at(-1), ["gone", null]);
});

test("what the server refuses is told in its words", () => {
  const { sockets, told } = wired();
  sockets[0].open();
  sockets[0].onmessage({ data: JSON.stringify({ type: "error", code: "unknown_tensor", detail: "No tensor hh." }) });
  assert.deepEqual(told.at(-1), ["error", "No tensor hh."]);
});

test("the address follows the page's own, encrypted where that is", () => {
  const page = { protocol: "http:", host: "localhost:8000" };
  assert.equal(streamUrl("a b", page), "ws://localhost:8000/api/sessions/a%20b/stream");
  assert.equal(streamUrl("s", { protocol: "https:", host: "host" }), "wss://host/api/sessions/s/stream");
});
