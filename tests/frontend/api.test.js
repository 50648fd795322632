import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError, createApi, detailText } from "../../frontend/api.js";

/** A server that gives one answer and keeps what it was asked. @param {unknown} body @param {number} [status] */
function answering(body, status = 200) {
  /** @type {{ url: string, method: string, body: any }[]} */
  const requests = [];
  const api = createApi(async (url, options = {}) => {
    const sent = options.body && JSON.parse(`${options.body}`);
    requests.push({ url: String(url), method: options.method ?? "GET", body: sent });
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  });
  return { api, requests };
}

test("a call gives the server's JSON", async () => {
  const { api, requests } = answering([{ id: "a" }]);
  assert.deepEqual(await api.sessions(), [{ id: "a" }]);
  assert.deepEqual(requests, [{ url: "/api/sessions", method: "GET", body: undefined }]);
});

test("advance says the unit and how often", async () => {
  const { api, requests } = answering({});
  await api.advance("s1", "op", -1);
  assert.deepEqual(requests, [
    { url: "/api/sessions/s1/advance", method: "POST", body: { unit: "op", count: -1 } },
  ]);
});

test("run says what is wanted of it", async () => {
  const { api, requests } = answering({}, 202);
  const wanted = { steps_per_second: 30, until: { metric: "loss", below: 2.2 } };
  await api.run("s1", wanted);
  assert.deepEqual(requests, [{ url: "/api/sessions/s1/run", method: "POST", body: wanted }]);
});

test("the learning rate is changed by itself", async () => {
  const { api, requests } = answering({});
  await api.setLearningRate("s1", 0.05);
  assert.deepEqual(requests, [{ url: "/api/sessions/s1/training", method: "PATCH", body: { learning_rate: 0.05 } }]);
});

test("words go out as they are, with their name in the address", async () => {
  /** @type {any[]} */
  const sent = [];
  const api = createApi(async (url, options = {}) => {
    sent.push(url, options.method, new Headers(options.headers).get("content-type"), await /** @type {any} */ (options.body).text());
    return new Response("{}", { status: 201 });
  });
  await api.addDataset("my words.txt", new Blob(["anna\nbob\n"]));
  assert.deepEqual(sent, ["/api/datasets?name=my%20words.txt", "POST", "text/plain", "anna\nbob\n"]);
});

test("metrics are asked for up to a step", async () => {
  const { api, requests } = answering({ series: {} });
  await api.metrics("s1", "loss", 2000, 99);
  assert.equal(requests[0].url, "/api/sessions/s1/metrics?names=loss&points=2000&to=99");
});

test("names are escaped in addresses", async () => {
  const { api, requests } = answering({});
  await api.session("a/b?c");
  assert.equal(requests[0].url, "/api/sessions/a%2Fb%3Fc");
});

test("a refusal becomes an error with the server's own words", async () => {
  const { api } = answering({ detail: "There is no session x." }, 404);
  await assert.rejects(api.session("x"), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 404);
    assert.equal(error.message, "There is no session x.");
    return true;
  });
});

test("a refusal that is no JSON still says what came", async () => {
  const api = createApi(async () => new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
  await assert.rejects(api.ops(), { status: 502, message: "The server answered 502 Bad Gateway" });
});

/** A server of which these answers are lost on the way, and the numbers that its commands had. @param {number[]} lost */
function losing(...lost) {
  /** @type {(string | null)[]} */
  const numbers = [];
  const api = createApi(async (_url, options = {}) => {
    numbers.push(new Headers(options.headers).get("Idempotency-Key"));
    if (lost.includes(numbers.length)) throw new TypeError("fetch failed");
    return new Response("{}");
  }, async () => {});
  return { api, numbers };
}

test("a command whose answer is lost is sent once more, with the same number", async () => {
  const { api, numbers } = losing(1);
  await api.advance("s1", "step", 1);
  assert.equal(numbers.length, 2);
  assert.ok(numbers[0]);
  assert.equal(numbers[0], numbers[1]);
});

test("each command has a number of its own, and reading has none", async () => {
  const { api, numbers } = losing();
  await api.advance("s1", "step", 1);
  await api.advance("s1", "step", 1);
  await api.sessions();
  assert.equal(new Set(numbers).size, 3);
  assert.equal(numbers[2], null);
});

test("a server that does not answer is an error with status 0", async () => {
  const { api } = losing(1, 2);
  await assert.rejects(api.ops(), { name: "ApiError", status: 0, message: /does not answer/ });
});

test("a list of refused fields is told a line each, with the field's name", () => {
  const detail = [
    { loc: ["body", "training", "batch_size"], msg: "Input should be greater than 0" },
    { loc: ["body"], msg: "Field required" },
  ];
  assert.equal(detailText(detail), "training.batch_size: Input should be greater than 0\nField required");
});

for (const [says, ask, method, path, body] of /** @type {[string, (api: any) => Promise<unknown>, string, string, any][]} */ ([
  ["a step is sought", (api) => api.seek("s1", 120), "POST", "/seek", { step: 120 }],
  ["a step is sought at an op", (api) => api.seek("s1", 120, 3), "POST", "/seek", { step: 120, op: 3 }],
  ["what came later is discarded only where that is said",
    (api) => api.setLearningRate("s1", 0.05, { discardLater: true }), "PATCH", "/training?later=discard", { learning_rate: 0.05 }],
  ["a branch says where it branches off", (api) => api.branch("s1", { step: 9 }), "POST", "/branch", { step: 9 }],
  ["a session is renamed by itself", (api) => api.rename("s1", "slow"), "PATCH", "", { name: "slow" }],
  ["a session is deleted", (api) => api.remove("s1"), "DELETE", "", undefined],
  ["a session is restored", (api) => api.restore("s1"), "POST", "/restore", {}],
  ["a timeline is read", (api) => api.timeline("s1"), "GET", "/timeline", undefined],
])) {
  test(says, async () => {
    const { api, requests } = answering({});
    await ask(api);
    assert.deepEqual(requests, [{ url: `/api/sessions/s1${path}`, method, body }]);
  });
}

test("an exported session has an address of its own", () => {
  assert.equal(answering({}).api.exportUrl("a/b"), "/api/sessions/a%2Fb/export");
});
