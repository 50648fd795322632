/**
 * What a session has behind it: its steps, the changes made to it, and the steps that can be shown at once.
 *
 * @import { FrameInfo, Timeline, TimelineCommand } from "../../types/wire"
 */

/** A timeline is read anew once the session has come so much further: by this share, and by so many steps. */
const MUCH_FURTHER = 0.25;
const MANY_STEPS = 200;

/** The step nearest before another that can be shown at once. @param {Timeline} timeline @param {number} step */
export const checkpointBefore = ({ checkpoints }, step) => checkpoints.findLast((each) => each <= step) ?? 0;

/**
 * Whether a timeline may have become another by what the newest frame tells. Frames come too often to ask the server
 * after each, and most of them change nothing that a timeline has. A change is told by its number in the log: the
 * frame that first shows its effect may never come, since a slow page gets the newest one only.
 * @typedef {Pick<FrameInfo, "last_step" | "last_change" | "running">} Told
 * @param {Timeline} timeline
 * @param {Told | null} before  What the frame before told.
 * @param {Told} now
 */
export function isOutdated({ last_step, last_change }, before, now) {
  if (now.last_step < last_step || now.last_step > last_step * (1 + MUCH_FURTHER) + MANY_STEPS) return true;
  if (now.last_change !== last_change) return true;
  return before ? before.running && !now.running : now.last_step !== last_step;
}

/**
 * Changes as marks along the timeline: those which would lie over each other share one.
 * @param {TimelineCommand[]} commands  In order of their steps.
 * @param {(step: number) => number} toX @param {number} apart  In pixels.
 */
export function marksOf(commands, toX, apart) {
  /** @type {{ x: number, step: number, kind: TimelineCommand["kind"] | "several", texts: string[] }[]} */
  const marks = [];
  for (const { step, kind, text } of commands.toSorted((a, b) => a.step - b.step || a.number - b.number)) {
    const last = marks.at(-1);
    const line = `step ${step.toLocaleString("en-US")}: ${text}`;
    if (last && toX(step) - last.x < apart) {
      last.texts.push(line);
      if (last.kind !== kind) last.kind = "several";
    } else {
      marks.push({ x: toX(step), step, kind, texts: [line] });
    }
  }
  return marks;
}
