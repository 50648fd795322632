/**
 * The stops of the tour, in order.
 *
 * @import { Choices } from "../page/choices.js"
 *
 * @typedef {object} Stop
 * @property {string} place  What is lit, by its name in the table of places.
 * @property {string} panels  What is open meanwhile.
 * @property {string} title
 * @property {string} text  Two sentences or three.
 */

/** How the page stands while the tour goes on. @type {Partial<Choices>} */
export const LAID_OUT = { flow: "on", lesson: "", compare: "" };

/** @type {Stop[]} */
export const STOPS = [
  {
    place: "flow", panels: "forces,example", title: "The flow",
    text: "One training step, top to bottom: every tensor of the forward pass, then the gradients on their way back. "
      + "Click one, and the page shows what it is and where it comes from.",
  },
  {
    place: "transport", panels: "forces,example", title: "You move time",
    text: "One op (→), one pass, or one whole training step (s), each forwards and backwards. "
      + "Space lets it train at full speed, and stops it again.",
  },
  {
    place: "forces", panels: "forces,example", title: "Push and pull",
    text: "The gradient on the logits, one row an example. The right character's logit is pulled up, all others are pushed "
      + "down, and in each row the pull equals the pushes. Point at a cell, and the line below says where its number comes from.",
  },
  {
    place: "card", panels: "card", title: "The card of a tensor",
    text: "Value and gradient beside each other, with the formulas, the PyTorch lines and the shapes that belong to them. "
      + "Point at any cell: below stands the sum that made it.",
  },
  {
    place: "timeline", panels: "forces,example", title: "Nothing is lost",
    text: "Drag over the loss to go back to any step, exactly as it was. Change something there, and it becomes a branch.",
  },
  {
    place: "views", panels: "forces,example", title: "A view for each question",
    text: "Does every layer learn? What does batch norm do? Are the gradients right? Each tab opens the panels that answer "
      + "one question; under “Panels” you put together your own.",
  },
  {
    place: "learn", panels: "forces,example", title: "Where to begin",
    text: "A lesson leads through backpropagation in chapters, and sets the page for each of them. Keys, and this tour "
      + "again, are under “?”.",
  },
];
