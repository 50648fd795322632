/**
 * @import { FrameInfo } from "../../types/wire"
 */

/**
 * The step from which on what was known of a session has become void since the frame before; null: none of it has.
 * Where steps were discarded and as many were made anew meanwhile, the last step does not tell; but then losses come
 * again of steps that had been told.
 * @param {Pick<FrameInfo, "last_step" | "metrics">} info
 * @param {Pick<FrameInfo, "last_step"> | null} before
 */
export function voidFrom({ last_step, metrics }, before) {
  if (!before) return null;
  const from = metrics.loss?.step[0] ?? last_step;
  return last_step < before.last_step || from < before.last_step - 1 ? Math.min(from, last_step) : null;
}
