/**
 * Words drawn from the network: what is asked for, and what is said of what came.
 *
 * @import { Sample, SamplesWanted, Split, Statistics } from "../../types/wire"
 * @import { Choices } from "../page/choices.js"
 * @import { Words } from "../../store/learnt.js"
 */

import { visible } from "../forces/letters.js";

/** @type {Record<Split, string>} */
const PLACES = { train: "in the training data", validation: "in the validation data", test: "in the test data" };

/** @param {Choices} choices @returns {SamplesWanted} */
export function wordsWanted({ words, prompt, seed, statistics }) {
  return {
    count: Number(words), statistics: /** @type {Statistics} */ (statistics), prompt,
    ...(seed !== "new" && { seed: Number(seed) }),
  };
}

/** Why no word can begin so, or null. @param {string} prompt @param {string[]} characters  The vocabulary. */
export function promptProblem(prompt, characters) {
  const unknown = [...prompt].find((character) => !characters.slice(1).includes(character));
  return unknown === undefined ? null : `No word of the data has a ‘${visible(unknown)}’: begin with others.`;
}

/** Whether others are asked for than those that are there. @param {Words | null} words @param {string} session @param {SamplesWanted} wanted */
export const areOthers = (words, session, wanted) =>
  words?.session !== session || JSON.stringify(words.wanted) !== JSON.stringify(wanted);

/** Where a word stands, or that it is new. @param {Sample} sample */
export const placeOf = ({ found_in, complete }) =>
  (complete ? (found_in ? PLACES[found_in] : "new") : "cut: it does not end");

/**
 * A word's characters and its end, each with the probability that it was drawn with; null for what it was given.
 * @param {Sample} sample
 */
export function charactersOf({ word, complete, character_probabilities }) {
  const characters = [...word];
  const drawn = complete ? [...characters, "."] : characters;
  const given = drawn.length - character_probabilities.length;
  return drawn.map((character, i) => ({
    character: visible(character), probability: i < given ? null : character_probabilities[i - given],
  }));
}

/** How many of them stand in the data. @param {Sample[]} samples */
export function known(samples) {
  const found = samples.filter(({ found_in }) => found_in).length;
  return `${found} of ${samples.length} stand in the data, ${samples.length - found} are new`;
}
