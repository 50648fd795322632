/**
 * What the transport's buttons and their keys do, and when they cannot.
 *
 * @import { Store } from "../../store/store.js"
 *
 * @typedef {object} Command
 * @property {string} text  On the button.
 * @property {string} says
 * @property {(store: Store) => void} perform
 * @property {(store: Store) => string | null} blocked  Why it cannot be done now, or null. Reads signals.
 */

import { wantedOf } from "../learning/evaluations.js";
import { locked } from "./controls.js";
import { copyLink } from "./link.js";
import { VIEWS } from "./panels.js";

/** @param {Store} store */
function offline({ session, connection }) {
  if (!session.value) return "There is no session yet.";
  return connection.value === "lost" ? "The server does not answer." : null;
}

/** Why the session cannot be moved. @param {Store} store */
const held = (store) => locked(store) ?? offline(store);

const BEGINNING = "This is where the run begins.";

const atBeginning = (/** @type {Store} */ store) =>
  held(store) ?? (store.position.value?.step === 0 && store.position.value.op === 0 ? BEGINNING : null);

const inFirstStep = (/** @type {Store} */ store) =>
  held(store) ?? (store.position.value?.step === 0 ? "This is the first step." : null);

/** @type {Record<string, Command>} */
const LOOKS = {
  ...Object.fromEntries(VIEWS.map(({ name, text, says, panels }) => [`view-${name}`, {
    text,
    says,
    perform: (/** @type {Store} */ { actions }) => actions.choose("panels", panels.join()),
    blocked: () => null,
  }])),
  flow: {
    text: "Flow",
    says: "Shows or hides the graph of the flow",
    perform: ({ actions, choices }) => actions.choose("flow", choices.peek().flow === "off" ? "on" : "off"),
    blocked: () => null,
  },
  "example-before": {
    text: "← Example",
    says: "The forces of the example before this one in the minibatch",
    perform: (store) => turnExample(store, -1),
    blocked: (store) => offline(store) ?? (exampleOf(store) > 0 ? null : "This is the first example."),
  },
  "example-after": {
    text: "Example →",
    says: "The forces of the next example of the minibatch",
    perform: (store) => turnExample(store, 1),
    blocked: (store) => offline(store) ?? (exampleOf(store) + 1 < batchOf(store) ? null : "This is the last example."),
  },
};

/** @param {Store} store */
const exampleOf = ({ choices }) => Number(choices.value.example);

/** @param {Store} store */
const batchOf = ({ session }) => session.value?.config.training.batch_size ?? 0;

/** @param {Store} store @param {number} by */
const turnExample = (store, by) => store.actions.choose("example", String(exampleOf(store) + by));

/** @type {Record<string, Command>} */
export const COMMANDS = {
  ...LOOKS,
  "copy-link": {
    text: "Copy link",
    says: "A link that shows what is on show now: panels, tensor, colours, step and op",
    perform: copyLink,
    blocked: ({ session }) => (session.value ? null : "There is no session yet."),
  },
  "pass-back": {
    text: "⇤ pass",
    says: "Back to where this pass begins",
    perform: ({ actions }) => actions.advance("pass", -1),
    blocked: atBeginning,
  },
  "op-back": {
    text: "← op",
    says: "One op back",
    perform: ({ actions }) => actions.advance("op", -1),
    blocked: atBeginning,
  },
  "op-forward": {
    text: "op →",
    says: "One op forward",
    perform: ({ actions }) => actions.advance("op"),
    blocked: held,
  },
  "pass-forward": {
    text: "pass ⇥",
    says: "Forward to the end of this pass",
    perform: ({ actions }) => actions.advance("pass"),
    blocked: held,
  },
  "step-back": {
    text: "← Step",
    says: "Back to the training step before this one, with all of it known",
    perform: ({ actions }) => actions.advance("step", -1),
    blocked: inFirstStep,
  },
  step: {
    text: "Step →",
    says: "One training step: update the parameters, draw the next minibatch, forwards and backwards through it",
    perform: ({ actions }) => actions.advance("step"),
    blocked: held,
  },
  latest: {
    text: "Latest ⇥",
    says: "To the last step of this session",
    perform: ({ actions, lastStep }) => actions.seek(lastStep.peek()),
    blocked: (store) => held(store) ?? (store.later.value > 0 ? null : "This is the last step there is."),
  },
  run: {
    text: "Run",
    says: "Train at the chosen speed, until it is paused or comes to the breakpoint",
    perform: ({ actions }) => actions.run(),
    blocked: (store) => held(store) ?? (store.running.value ? "It is running." : null),
  },
  pause: {
    text: "Pause",
    says: "Stop training and look",
    perform: ({ actions }) => actions.pause(),
    blocked: (store) => held(store) ?? (store.running.value ? null : "It is not running."),
  },
  unpin: {
    text: "Unpin",
    says: "Let go of the cell whose value is explained",
    perform: ({ actions }) => actions.unpin(),
    blocked: ({ choices }) => (choices.value.cell ? null : "No cell is pinned: click on one."),
  },
  verify: {
    text: "Verify against autograd",
    says: "Compare every hand-written gradient with PyTorch's autograd, and the kernel's with them, here and now",
    perform: ({ actions }) => actions.verify(),
    blocked: (store) => offline(store) ?? (store.verifying.value ? "It is being checked." : null),
  },
  evaluate: {
    text: "Evaluate",
    says: "Measure the loss of all examples of the training and the validation split, with the parameters as they are now; training goes on meanwhile",
    perform: ({ actions, choices }) => actions.evaluate(wantedOf(choices.peek())),
    blocked: (store) => offline(store) ?? (store.evaluating.value ? "It is being evaluated." : null),
  },
};
