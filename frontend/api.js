/**
 * The server's REST API, as one function a call. The only module that fetches.
 *
 * @import { Lesson, LessonInfo } from "./types/lessons"
 * @import {
 *   ArmedTrap, BranchWanted, Config, Cut, Dataset, Explanation, EvaluationWanted, HuntAnswer, Hunting, Metrics, Network, Op, Operation,
 *   PendingUpdate, OutlierInfo, OutlierTrial, OutlierTrialWanted, PlantedOutliers, Progress, RunWanted, Sample, SamplesWanted, Session, SheetTask,
 *   Split, Timeline, Trap, Verification
 * } from "./types/wire"
 * @import { NpyArray } from "./lib/npy.js"
 * @import { Pointed } from "./store/pointing.js"
 */

import { decodeNpy } from "./lib/npy.js";

/** What the server refused, or that it did not answer (status 0), in words for a person. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/**
 * The server's `detail` as text: it is a sentence, or for a body of the wrong form a list of them, each with its field.
 * @param {unknown} detail
 * @returns {string}
 */
export function detailText(detail) {
  if (typeof detail === "string") return detail;
  if (!Array.isArray(detail)) return JSON.stringify(detail);
  return detail.map(({ loc = [], msg }) => [loc.filter((/** @type {unknown} */ part) => part !== "body").join("."), msg]
    .filter(Boolean).join(": ")).join("\n");
}

/** @param {Response} response @returns {Promise<ApiError>} */
async function refusal(response) {
  try {
    return new ApiError(response.status, detailText((await response.json()).detail));
  } catch {
    return new ApiError(response.status, `The server answered ${response.status} ${response.statusText}`);
  }
}

/** A request with a body. @param {string} method @param {unknown} body @returns {RequestInit} */
const written = (method, body) =>
  ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/**
 * @typedef {"op" | "pass" | "step"} Unit
 * @typedef {{ [Part in keyof Config]?: Config[Part] extends object ? Partial<Config[Part]> : Config[Part] }} NewSession
 *   A config of which every field may be left out.
 * @typedef {ReturnType<typeof createApi>} Api
 */

/** Milliseconds until a request that came nowhere is sent once more. */
const PAUSE = 400;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE));

/** @param {typeof globalThis.fetch} fetch @param {() => Promise<unknown>} [wait] */
export function createApi(fetch = globalThis.fetch.bind(globalThis), wait = pause) {
  const client = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let commands = 0;

  /** @param {string} path @param {RequestInit} [options] */
  async function answer(path, options) {
    const response = await reached(`/api/${path}`, numbered(options));
    if (!response.ok) throw await refusal(response);
    return response;
  }

  /** Asked twice: a connection that broke may have brought the command, and taken the answer along. @param {string} url @param {RequestInit} [options] */
  async function reached(url, options) {
    try {
      return await fetch(url, options).catch(() => wait().then(() => fetch(url, options)));
    } catch {
      throw new ApiError(0, "The server does not answer. Is it still running?");
    }
  }

  /** A command has a number of its own, so that it counts once however often it comes. @param {RequestInit} [options] @returns {RequestInit | undefined} */
  function numbered(options) {
    if (!options?.method || options.method === "GET") return options;
    return { ...options, headers: { ...options.headers, "Idempotency-Key": `${client}-${++commands}` } };
  }

  /**
   * @param {string} path
   * @param {RequestInit} [options]
   * @returns {Promise<any>}
   */
  async function call(path, options) {
    const response = await answer(path, options);
    return response.status === 204 ? null : response.json();
  }

  /** @param {string} method @param {string} path @param {unknown} body */
  const send = (method, path, body) => call(path, written(method, body));

  /** @param {string} path @param {unknown} [body] */
  const post = (path, body = {}) => send("POST", path, body);

  /** What is measured of one step of a run that goes on meanwhile. @param {string} path @param {unknown} body */
  async function measure(path, body) {
    const response = await answer(path, written("POST", body));
    return { step: Number(response.headers.get("Gradient-Flow-Step")), measured: await response.json() };
  }

  /** A tensor whole, in its own precision. @param {string} path */
  const array = async (path) => decodeNpy(await (await answer(path)).arrayBuffer());

  /** @param {string} id @param {string} [rest] */
  const at = (id, rest = "") => `sessions/${encodeURIComponent(id)}${rest}`;

  return {
    /** @returns {Promise<Op[]>} */
    ops: () => call("ops"),
    /** @returns {Promise<LessonInfo[]>} */
    lessons: () => call("lessons"),
    /** @param {string} name @returns {Promise<Lesson>} */
    lesson: (name) => call(`lessons/${encodeURIComponent(name)}`),
    /** @returns {Promise<Dataset[]>} */
    datasets: () => call("datasets"),
    /** Words, one a line. @param {string} name @param {Blob} words @returns {Promise<Dataset>} */
    addDataset: (name, words) => call(`datasets?name=${encodeURIComponent(name)}`,
      { method: "POST", headers: { "Content-Type": "text/plain" }, body: words }),
    /** @returns {Promise<Session[]>} */
    sessions: () => call("sessions"),
    /** @param {string} id @returns {Promise<Session>} */
    session: (id) => call(at(id)),
    /** @param {NewSession} config @returns {Promise<Session>} */
    createSession: (config) => post("sessions", config),
    /** @param {string} id @returns {Promise<Network>} */
    network: (id) => call(at(id, "/network")),
    /** @param {string} id @param {Unit} unit @param {number} count @returns {Promise<Progress>} */
    advance: (id, unit, count) => post(at(id, "/advance"), { unit, count }),
    /** To any step up to the last one; without an op, with all of it known.
     * @param {string} id @param {number} step @param {number} [op] @returns {Promise<Progress>} */
    seek: (id, step, op) => post(at(id, "/seek"), { step, op }),
    /** @param {string} id @param {RunWanted} wanted @returns {Promise<void>} */
    run: (id, wanted) => post(at(id, "/run"), wanted),
    /** @param {string} id @returns {Promise<Progress>} */
    pause: (id) => post(at(id, "/pause")),
    /** Why a cell has its value. With a block: the largest cell of the block that begins there.
     * @param {string} id @param {Pointed} asked @param {number} terms  At most. @returns {Promise<Explanation>} */
    explanation: (id, { tensor, cell, block }, terms) => call(at(id,
      `/tensors/${encodeURIComponent(tensor)}/explanation?cell=${cell.join()}&block=${block.join()}&terms=${terms}`)),
    /** The loss of whole splits. @param {string} id @param {EvaluationWanted} wanted
     * @returns {Promise<{ step: number, measured: Partial<Record<Split, number | null>> }>} */
    evaluate: (id, wanted) => measure(at(id, "/evaluate"), wanted),
    /** Words drawn from the network. @param {string} id @param {SamplesWanted} wanted
     * @returns {Promise<{ step: number, measured: Sample[] }>} */
    samples: (id, wanted) => measure(at(id, "/samples"), wanted),
    /** @param {string} id @returns {Promise<Verification>} */
    verification: (id) => call(at(id, "/verification")),
    /** From this step on. Before the last step it is refused, unless what came later may be discarded.
     * @param {string} id @param {number} rate @param {{ discardLater?: boolean }} [options] @returns {Promise<Session>} */
    setLearningRate: (id, rate, { discardLater = false } = {}) =>
      send("PATCH", at(id, `/training${discardLater ? "?later=discard" : ""}`), { learning_rate: rate }),
    /** The table of traps, with their places in a session. @param {string} id @returns {Promise<Trap[]>} */
    traps: (id) => call(at(id, "/traps")),
    /** All that are to be armed from this step on; the same holds as for the learning rate.
     * @param {string} id @param {ArmedTrap[]} traps @param {{ discardLater?: boolean }} [options] @returns {Promise<Session>} */
    setTraps: (id, traps, { discardLater = false } = {}) =>
      send("PATCH", at(id, `/training${discardLater ? "?later=discard" : ""}`), { traps }),
    /** The hunt for a hidden trap, and the score. @param {string} id @returns {Promise<Hunting>} */
    hunting: (id) => call(at(id, "/hunt")),
    /** @param {string} id @returns {Promise<Hunting>} */
    takeHint: (id) => post(at(id, "/hunt/hint"), {}),
    /** @param {string} id @param {HuntAnswer} answer @returns {Promise<Hunting>} */
    answerHunt: (id, answer) => post(at(id, "/hunt/answer"), answer),
    /** Tasks for a class. @param {string} id @param {number} seed @param {boolean} answers @returns {Promise<SheetTask[]>} */
    huntSheet: (id, seed, answers) => call(at(id, `/hunt/sheet?seed=${seed}&answers=${answers}`)),
    /** Those that are to be planted from this step on, or none; the same holds as for the learning rate.
     * @param {string} id @param {PlantedOutliers | null} outliers @param {{ discardLater?: boolean }} [options] @returns {Promise<Session>} */
    setOutliers: (id, outliers, { discardLater = false } = {}) =>
      send("PATCH", at(id, `/training${discardLater ? "?later=discard" : ""}`), { outliers }),
    /** @param {string} id @returns {Promise<OutlierInfo[]>} */
    outliers: (id) => call(at(id, "/outliers")),
    /** In copies of the session. @param {string} id @param {OutlierTrialWanted} wanted @returns {Promise<OutlierTrial>} */
    outlierTrial: (id, wanted) => post(at(id, "/outliers/trial"), wanted),
    /** A step done once more with cuts in it; `show`: a tensor to be told cell by cell.
     * @param {string} id @param {Cut[]} cuts @param {string | null} show @returns {Promise<Operation>} */
    operate: (id, cuts, show) => post(at(id, "/surgery"), { cuts, show }),
    /** A new session that shares the past. @param {string} id @param {BranchWanted} wanted @returns {Promise<Session>} */
    branch: (id, wanted) => post(at(id, "/branch"), wanted),
    /** @param {string} id @param {string} name @returns {Promise<Session>} */
    rename: (id, name) => send("PATCH", at(id), { name }),
    /** Can be undone for a day. @param {string} id @returns {Promise<void>} */
    remove: (id) => call(at(id), { method: "DELETE" }),
    /** Undoes a removal. @param {string} id @returns {Promise<Session>} */
    restore: (id) => post(at(id, "/restore")),
    /** @param {string} id @returns {Promise<Timeline>} */
    timeline: (id) => call(at(id, "/timeline")),
    /** Where the session can be downloaded as one file. @param {string} id */
    exportUrl: (id) => `/api/${at(id, "/export")}`,
    /** A session that was exported, as a new one. @param {Blob} file @returns {Promise<Session>} */
    importSession: (file) =>
      call("sessions/import", { method: "POST", headers: { "Content-Type": "application/zip" }, body: file }),
    /** What the update that is pending does to its own minibatch, and to one example of it.
     * @param {string} id @param {number} example @returns {Promise<PendingUpdate>} */
    pendingUpdate: (id, example) => call(at(id, `/update?example=${example}`)),
    /** A part of a tensor, cut out as numpy does it. @param {string} id @param {string} name @param {string} slice
     * @returns {Promise<any>}  Nested lists; what is not finite is null. */
    tensorPart: (id, name, slice) =>
      call(at(id, `/tensors/${encodeURIComponent(name)}?slice=${encodeURIComponent(slice)}`)),
    /** A gradient, and what autograd gives for it.
     * @param {string} id @param {string} gradient @returns {Promise<{ ours: NpyArray, autograd: NpyArray }>} */
    async bothGradients(id, gradient) {
      const name = encodeURIComponent(gradient);
      const paths = [at(id, `/tensors/${name}?format=npy`), at(id, `/verification/${name}?format=npy`)];
      const [ours, autograd] = await Promise.all(paths.map(array));
      return { ours, autograd };
    },
    /** From step `first` up to and with step `last`.
     * @param {string} id @param {string} names @param {number} points @param {number} last @param {number} [first]
     * @returns {Promise<Metrics>} */
    metrics: (id, names, points, last, first = 0) =>
      call(at(id, `/metrics?names=${encodeURIComponent(names)}&points=${points}&to=${last}${first ? `&from=${first}` : ""}`)),
  };
}
