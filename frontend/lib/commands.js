/**
 * What the transport's buttons and their keys do, and when they cannot.
 *
 * @import { Store } from "../store.js"
 *
 * @typedef {object} Command
 * @property {string} text  On the button.
 * @property {string} says
 * @property {(store: Store) => void} perform
 * @property {(store: Store) => string | null} blocked  Why it cannot be done now, or null. Reads signals.
 */

/** @param {Store} store */
function offline({ session, connection }) {
  if (!session.value) return "There is no session yet.";
  return connection.value === "lost" ? "The server does not answer." : null;
}

const BEGINNING = "This is where the run begins.";

const atBeginning = (/** @type {Store} */ store) =>
  offline(store) ?? (store.position.value?.step === 0 && store.position.value.op === 0 ? BEGINNING : null);

const inFirstStep = (/** @type {Store} */ store) =>
  offline(store) ?? (store.position.value?.step === 0 ? "This is the first step." : null);

/** @type {Record<string, Command>} */
export const COMMANDS = {
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
    blocked: offline,
  },
  "pass-forward": {
    text: "pass ⇥",
    says: "Forward to the end of this pass",
    perform: ({ actions }) => actions.advance("pass"),
    blocked: offline,
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
    blocked: offline,
  },
  latest: {
    text: "Latest ⇥",
    says: "To the last step of this session",
    perform: ({ actions, lastStep }) => actions.seek(lastStep.peek()),
    blocked: (store) => offline(store) ?? (store.later.value > 0 ? null : "This is the last step there is."),
  },
  run: {
    text: "Run",
    says: "Train at the chosen speed, until it is paused or comes to the breakpoint",
    perform: ({ actions }) => actions.run(),
    blocked: (store) => offline(store) ?? (store.running.value ? "It is running." : null),
  },
  pause: {
    text: "Pause",
    says: "Stop training and look",
    perform: ({ actions }) => actions.pause(),
    blocked: (store) => offline(store) ?? (store.running.value ? null : "It is not running."),
  },
  verify: {
    text: "Verify against autograd",
    says: "Compare every hand-written gradient with PyTorch's autograd, and the kernel's with them, here and now",
    perform: ({ actions }) => actions.verify(),
    blocked: (store) => offline(store) ?? (store.verifying.value ? "It is being checked." : null),
  },
};
