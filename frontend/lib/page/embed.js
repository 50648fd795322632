/**
 * Single panels for lecture pages: `embed=card:dlogits` is the panel, after the colon what it shows.
 *
 * @import { Choices } from "./choices.js"
 */

import { canBe } from "./choices.js";
import { PANELS } from "./panels.js";

/** The graph is no panel of the workspace; alone on a page it is one like the others. */
export const FLOW = "flow";

/** No tensor's name begins with a d: with one, it is that tensor's gradient. @param {string} name */
function tensorOf(name) {
  const [whole] = name.split(".");
  return whole.startsWith("d") ? whole.slice(1) : whole;
}

/** What a panel can be told to show, as the choices that say so. @type {Record<string, (subject: string) => Partial<Choices>>} */
export const SUBJECTS = {
  card: (name) => ({ follow: "off", tensor: tensorOf(name), contribution: name.includes(".") ? name : "" }),
  example: (row) => ({ example: row }),
  health: (metric) => ({ health: metric }),
  units: (layer) => ({ activation: layer }),
  activations: (layer) => ({ activation: layer }),
  paths: (output) => ({ batchnorm: output }),
  norm: (output) => ({ batchnorm: output }),
};

export const embeddable = () => [FLOW, ...PANELS.map(({ name }) => name)];

/**
 * The panel, and what is chosen by naming it; null where there is no such panel, or where it cannot show that.
 * @param {string} embed  As the address has it. @returns {{ name: string, choices: Partial<Choices> } | null}
 */
export function embedded(embed) {
  const [name, ...rest] = embed.split(":");
  const subject = rest.join(":");
  if (!embeddable().includes(name) || (subject && !SUBJECTS[name])) return null;
  const chosen = subject ? SUBJECTS[name](subject) : {};
  if (!Object.entries(chosen).every(([choice, value]) => canBe(choice, value))) return null;
  return { name, choices: { ...(name === FLOW ? {} : { panels: name }), ...chosen } };
}

/** The choices with what the embedded panel needs. @param {Choices} choices @returns {Choices} */
export const withEmbedded = (choices) =>
  choices.embed ? { ...choices, ...embedded(choices.embed)?.choices } : choices;

/** What can be asked for in place of that. @param {string} embed */
export function unknownEmbed(embed) {
  const subjects = Object.keys(SUBJECTS).map((name) => `${name}:…`);
  return `There is no panel “${embed}”. There are: ${embeddable().join(", ")}; with something to show: ${subjects.join(", ")}.`;
}
