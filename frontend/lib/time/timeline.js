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
 * after each, and most of them change nothing that a timeline has.
 * @typedef {Pick<FrameInfo, "last_step" | "position" | "loss" | "training" | "running">} Told
 * @param {Timeline} timeline
 * @param {Told | null} before  What the frame before told.
 * @param {Told} now
 */
export function isOutdated({ last_step }, before, now) {
  if (now.last_step < last_step || now.last_step > last_step * (1 + MUCH_FURTHER) + MANY_STEPS) return true;
  if (!before) return now.last_step !== last_step;
  if (before.running && !now.running) return true;
  return !now.running && isEdited(before, now);
}

/**
 * Whether something was changed where it stands. Its version alone does not tell: that is another one also once its
 * engine is there, or something of it could not be saved.
 * @param {Told} before @param {Told} now
 */
const isEdited = (before, now) => before.position.step === now.position.step && before.position.op === now.position.op
  && (before.loss !== now.loss || JSON.stringify(before.training) !== JSON.stringify(now.training));

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
