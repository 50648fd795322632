/**
 * What is said of the pending update.
 *
 * @import { ExampleChange, PendingUpdate } from "../../types/wire"
 */

import { brief, fixed, percent } from "../format.js";
import { quoted } from "./examples.js";

/** @param {number | null} value */
const told = (value) => (value === null ? "not finite" : fixed(value));

/** @param {{ before: number | null, after: number | null }} loss */
const rises = ({ before, after }) => before !== null && (after === null || after > before);

/** Whether not even half of what the gradient promises comes true. @param {PendingUpdate["loss"]} loss */
function isTooLong({ before, after, predicted }) {
  if (before === null || predicted === null) return false;
  return after === null || before - after < (before - predicted) / 2;
}

/**
 * This example before and after it: its loss, the target, and what was pushed hardest.
 * @param {PendingUpdate & { example: ExampleChange }} update
 * @param {{ characters: string[], target: number | null, hardest: number, batch: number }} of
 */
export function exampleChange({ example, loss }, { characters, target, hardest, batch }) {
  const { loss_before, loss_after, probabilities: { before, after } } = example;
  if (loss_before === null) return "This example's loss is not finite.";
  const named = [target ?? -1, hardest].filter((character) => character >= 0);
  const changes = named.map((character) =>
    `p(${characters[character]}) ${told(before[character])} → ${told(after[character])}`);
  const text = `This example: loss ${told(loss_before)} → ${told(loss_after)} nats; ${changes.join(", ")}.`;
  if (rises(loss)) return text;
  // It shares the parameters with all others.
  const others = `the other ${batch - 1} examples weigh more.`;
  if (rises({ before: loss_before, after: loss_after })) return `${text} It gets worse: ${others}`;
  const against = hardest >= 0 && rises({ before: before[hardest], after: after[hardest] });
  return against ? `${text} ${quoted(characters[hardest])} rises all the same: ${others}` : text;
}

/** The minibatch before and after it. @param {PendingUpdate} update @param {number} batch */
export function minibatchChange({ loss, learning_rate, kept_share, improved }, batch) {
  if (loss.before === null) return "The minibatch's loss is not finite: no update makes anything of it.";
  const clipped = kept_share === null || kept_share > 0.9999 ? "" : `, clipping leaves ${percent(kept_share)} of the gradient`;
  return `The minibatch: loss ${told(loss.before)} → ${told(loss.after)} nats (first order predicts ${told(loss.predicted)}); `
    + `${improved} of ${batch} examples get better. Learning rate ${brief(learning_rate)}${clipped}.`
    + (isTooLong(loss) ? ` ${rises(loss) ? "The loss rises: the" : "The"} step is too long for the first order to hold.` : "");
}
