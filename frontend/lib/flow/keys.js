/**
 * What the keyboard does in the flow, while one of its nodes has the focus.
 *
 * @typedef {object} FlowKey
 * @property {string[]} keys
 * @property {boolean} [shift]  Only with (true) or only without (false) the shift key; where absent, either.
 * @property {string} written
 * @property {"move" | "choose" | "go" | "larger" | "smaller" | "fit"} action
 * @property {string} says
 */

/** @type {FlowKey[]} */
export const FLOW_KEYS = [
  { keys: ["ArrowUp", "ArrowDown"], shift: false, written: "↑ ↓", action: "move", says: "along it" },
  {
    keys: ["ArrowRight", "ArrowLeft"], shift: false, written: "→ ←", action: "move",
    says: "to a parameter, and to the part",
  },
  { keys: ["Home", "End"], written: "home, end", action: "move", says: "to its first tensor, to the loss" },
  { keys: ["Enter", " "], shift: false, written: "↵", action: "choose", says: "choose; open or close a part" },
  { keys: ["Enter"], shift: true, written: "shift ↵", action: "go", says: "choose, and go to its op" },
  { keys: ["+"], written: "+", action: "larger", says: "larger" },
  { keys: ["-"], written: "−", action: "smaller", says: "smaller" },
  { keys: ["0"], written: "0", action: "fit", says: "as large as it fits" },
];

/** @param {{ key: string, shiftKey: boolean }} pressed */
export const flowKey = ({ key, shiftKey }) =>
  FLOW_KEYS.find(({ keys, shift }) => keys.includes(key) && (shift === undefined || shift === shiftKey)) ?? null;
