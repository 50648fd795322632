/**
 * What each action of the page is over REST, in one table: whatever a click does, a script does too.
 *
 * @import { Config, RunWanted, Session } from "../../types/wire"
 * @import { Choices } from "./choices.js"
 * @import { Store } from "../../store/store.js"
 *
 * @typedef {object} Request
 * @property {"GET" | "POST" | "PATCH" | "DELETE"} method
 * @property {string} path  With its query.
 * @property {unknown} [body]  As JSON; none where it is left out.
 * @property {{ type: string, file: string }} [file]  The body is that file's.
 * @property {"json" | "npy" | "csv" | "file" | "nothing"} answer
 * @property {string} [saved]  The file that a file's answer becomes.
 *
 * @typedef {object} Standing  What the requests are about.
 * @property {string} id
 * @property {Config} config
 * @property {number} step
 * @property {number} op
 * @property {number} last
 * @property {number} rate  The learning rate in force.
 * @property {RunWanted["until"] | null} until
 * @property {Choices} choices
 * @property {string} tensor  On the card.
 * @property {string | null} gradient
 *
 * @typedef {object} Entry
 * @property {string} action  As buttons have it in `data-action`.
 * @property {string} text
 * @property {"move" | "change" | "read"} kind
 * @property {(standing: Standing) => Request | null} request  Null: there is nothing to ask for.
 */

import { selected } from "../card/selection.js";
import { readCell } from "../cells/cell.js";
import { wantedOf } from "../learning/evaluations.js";
import { wordsWanted } from "../learning/words.js";

/** @param {string} id @param {string} [rest] */
const at = (id, rest = "") => `/api/sessions/${encodeURIComponent(id)}${rest}`;

/** @param {string} path @returns {Request} */
const get = (path) => ({ method: "GET", path, answer: "json" });

/** @param {string} path @param {unknown} [body] @returns {Request} */
const post = (path, body) => ({ method: "POST", path, ...(body !== undefined && { body }), answer: "json" });

/** @param {"op" | "pass" | "step"} unit @param {number} count @returns {Entry["request"]} */
const advance = (unit, count) => ({ id }) => post(at(id, "/advance"), { unit, count });

/** From this step on. @param {(choices: Choices) => object} change @returns {Entry["request"]} */
const training = (change) => ({ id, choices }) => ({ method: "PATCH", path: at(id, "/training"), body: change(choices), answer: "json" });

/** Where none has been chosen the laboratory shows this one. */
const FIRST_TRAP = "bndiff_without_square";

/** A tensor as a script reads it. @param {string} id @param {string} name @param {"npy" | "csv"} format @returns {Request} */
export const tensorRequest = (id, name, format) =>
  ({ method: "GET", path: at(id, `/tensors/${encodeURIComponent(name)}?format=${format}`), answer: format });

/** @type {Entry[]} */
export const REQUESTS = [
  { action: "op-forward", text: "One op forward", kind: "move", request: advance("op", 1) },
  { action: "op-back", text: "One op back", kind: "move", request: advance("op", -1) },
  { action: "pass-forward", text: "To the end of this pass", kind: "move", request: advance("pass", 1) },
  { action: "pass-back", text: "Back to where this pass begins", kind: "move", request: advance("pass", -1) },
  { action: "step", text: "One training step", kind: "move", request: advance("step", 1) },
  { action: "step-back", text: "One training step back", kind: "move", request: advance("step", -1) },
  {
    action: "run", text: "Run, at the chosen speed and up to the breakpoint", kind: "move",
    request: ({ id, choices: { speed }, until }) => ({
      ...post(at(id, "/run"), { ...(speed !== "max" && { steps_per_second: Number(speed) }), ...(until && { until }) }),
      answer: "nothing",
    }),
  },
  { action: "pause", text: "Pause", kind: "move", request: ({ id }) => post(at(id, "/pause")) },
  {
    action: "seek", text: "Go to where it stands now", kind: "move",
    request: ({ id, step, op }) => post(at(id, "/seek"), { step, op }),
  },
  {
    action: "latest", text: "To the last step", kind: "move",
    request: ({ id, last }) => post(at(id, "/seek"), { step: last }),
  },
  {
    action: "learning-rate", text: "Set the learning rate from here on", kind: "change",
    request: ({ id, rate }) =>
      ({ method: "PATCH", path: at(id, "/training"), body: { learning_rate: rate }, answer: "json" }),
  },
  { action: "arm", text: "Arm the laboratory’s trap from here on", kind: "change", request: training(({ trap }) => ({ traps: [{ name: trap || FIRST_TRAP }] })) },
  { action: "disarm", text: "Disarm all traps", kind: "change", request: training(() => ({ traps: [] })) },
  { action: "hide", text: "Hide a bug of difficulty 1, seed 7, to be found", kind: "change", request: training(() => ({ traps: [{ name: "hidden-1-7" }] })) },
  { action: "plant", text: "Plant five outliers", kind: "change", request: training(() => ({ outliers: { count: 5, seed: 0 } })) },
  { action: "unplant", text: "Take all outliers out", kind: "change", request: training(() => ({ outliers: null })) },
  {
    action: "branch", text: "Branch off here", kind: "change",
    request: ({ id, step }) => post(at(id, "/branch"), { step }),
  },
  {
    action: "new-session", text: "A new session with the same config", kind: "change",
    request: ({ config }) => post("/api/sessions", config),
  },
  {
    action: "rename", text: "Rename this session", kind: "change",
    request: ({ id, config: { name } }) => ({ method: "PATCH", path: at(id), body: { name }, answer: "json" }),
  },
  {
    action: "remove", text: "Delete this session (it can be restored for a day)", kind: "change",
    request: ({ id }) => ({ method: "DELETE", path: at(id), answer: "nothing" }),
  },
  {
    action: "restore", text: "Restore this session after it was deleted", kind: "change",
    request: ({ id }) => post(at(id, "/restore")),
  },
  {
    action: "add-words", text: "Add own words, one a line, as a data set", kind: "change",
    request: () => ({
      method: "POST", path: "/api/datasets?name=words.txt", file: { type: "text/plain", file: "words.txt" }, answer: "json",
    }),
  },
  {
    action: "import", text: "Import a session's file", kind: "change",
    request: () => ({
      method: "POST", path: "/api/sessions/import", file: { type: "application/zip", file: "session.zip" }, answer: "json",
    }),
  },
  {
    action: "tensor", text: "Read the tensor on the card", kind: "read",
    request: ({ id, tensor }) => tensorRequest(id, tensor, "npy"),
  },
  {
    action: "gradient", text: "Read its gradient", kind: "read",
    request: ({ id, gradient }) => (gradient ? tensorRequest(id, gradient, "npy") : null),
  },
  {
    action: "explanation", text: "Explain the cell that is pinned", kind: "read",
    request: ({ id, choices: { cell } }) => {
      const pinned = readCell(cell);
      if (!pinned) return null;
      return get(at(id, `/tensors/${encodeURIComponent(pinned.tensor)}/explanation?cell=${pinned.cell.join()}`));
    },
  },
  { action: "tensors", text: "List all tensors", kind: "read", request: ({ id }) => get(at(id, "/tensors")) },
  { action: "network", text: "Read the ops of the network", kind: "read", request: ({ id }) => get(at(id, "/network")) },
  {
    action: "verify", text: "Verify against autograd", kind: "read", request: ({ id }) => get(at(id, "/verification")),
  },
  {
    action: "update", text: "Preview what the pending update does to an example", kind: "read",
    request: ({ id, choices: { example } }) => get(at(id, `/update?example=${example}`)),
  },
  {
    action: "metrics", text: "Read the losses of all steps", kind: "read",
    request: ({ id }) => get(at(id, "/metrics?names=loss&points=2000")),
  },
  {
    action: "evaluate", text: "Evaluate the splits", kind: "read",
    request: ({ id, choices }) => post(at(id, "/evaluate"), wantedOf(choices)),
  },
  {
    action: "samples", text: "Draw words from the network", kind: "read",
    request: ({ id, choices }) => post(at(id, "/samples"), wordsWanted(choices)),
  },
  { action: "traps", text: "List the traps", kind: "read", request: ({ id }) => get(at(id, "/traps")) },
  { action: "hunt", text: "Read the hunt for a hidden bug, and the score", kind: "read", request: ({ id }) => get(at(id, "/hunt")) },
  {
    action: "surgery", text: "Do this step once more with dlogits doubled", kind: "read",
    request: ({ id }) => post(at(id, "/surgery"), { cuts: [{ kind: "scale", tensor: "dlogits", factor: 2 }] }),
  },
  {
    action: "outliers", text: "Follow outliers under each clipping, in copies of this session", kind: "read",
    request: ({ id }) => post(at(id, "/outliers/trial"), { count: 5, seed: 0, steps: 2000 }),
  },
  { action: "timeline", text: "Read the timeline", kind: "read", request: ({ id }) => get(at(id, "/timeline")) },
  { action: "sessions", text: "List all sessions", kind: "read", request: () => get("/api/sessions") },
  {
    action: "export", text: "Export this session as one file", kind: "read",
    request: ({ id }) => ({ method: "GET", path: at(id, "/export"), answer: "file", saved: "session.zip" }),
  },
];

/** What stands where the page is now; null where no session is open. @param {Store} store @returns {Standing | null} */
export function standingOf(store) {
  const session = /** @type {Session | null} */ (store.session.peek());
  const position = store.position.peek();
  if (!session || !position) return null;
  const { tensor, gradient } = selected(store);
  return {
    id: session.id, config: session.config, step: position.step, op: position.op, last: store.lastStep.peek(),
    rate: store.training.peek()?.learning_rate ?? 0.1, until: store.until.peek(), choices: store.choices.peek(),
    tensor, gradient,
  };
}
