/**
 * The form for a branch, and what it asks the server for.
 *
 * @import { BranchWanted } from "../../types/wire"
 */

import { numeric } from "./new-session.js";

/**
 * What is left empty is left to the server: the name it gives, the step where the session stands, no change.
 * @param {Record<string, string>} filled @returns {BranchWanted}
 */
export function branchOf({ name, step, learning_rate }) {
  return {
    ...(name.trim() && { name: name.trim() }),
    ...(step.trim() && { step: numeric(step.replaceAll(",", "")) }),
    ...(learning_rate.trim() && { training: { learning_rate: numeric(learning_rate) } }),
  };
}
