import assert from "node:assert/strict";
import { test } from "node:test";

import { kindOf, visible } from "../../../../frontend/lib/forces/letters.js";
import { areOthers, charactersOf, known, placeOf, promptProblem, wordsWanted } from "../../../../frontend/lib/learning/words.js";
import { DEFAULTS } from "../../../../frontend/lib/page/choices.js";

/** @param {object} [changes] @returns {any} */
const sample = (changes = {}) => (
  { word: "emma", probability: 0.024, complete: true, character_probabilities: [0.4, 0.3, 0.2], found_in: null, ...changes });

test("the same words are asked for each time, unless others are wanted", () => {
  assert.deepEqual(wordsWanted(DEFAULTS), { count: 15, statistics: "calibrated", prompt: "", seed: 1 });
  assert.ok(!("seed" in wordsWanted({ ...DEFAULTS, seed: "new" })));
});

test("words are others once the session, the seed or what they begin with is another", () => {
  const wanted = wordsWanted(DEFAULTS);
  const words = { session: "s1", step: 3, wanted, samples: [], problem: null };
  assert.ok(!areOthers(words, "s1", wordsWanted(DEFAULTS)));
  assert.ok(areOthers(words, "s2", wanted));
  assert.ok(areOthers(words, "s1", { ...wanted, seed: 2 }));
  assert.ok(areOthers(words, "s1", { ...wanted, prompt: "a" }));
  assert.ok(areOthers(null, "s1", wanted));
});

test("a word can only begin with characters that words have", () => {
  assert.equal(promptProblem("", [".", "a"]), null);
  assert.equal(promptProblem("aa", [".", "a"]), null);
  assert.match(promptProblem("aX", [".", "a"]) ?? "", /‘X’/);
  assert.match(promptProblem("a.", [".", "a"]) ?? "", /‘\.’/);
});

test("each character that was drawn has its probability, the end too, and what was given has none", () => {
  assert.deepEqual(charactersOf(sample()), [
    { character: "e", probability: null }, { character: "m", probability: null },
    { character: "m", probability: 0.4 }, { character: "a", probability: 0.3 }, { character: ".", probability: 0.2 },
  ]);
});

test("a word that was cut has no end", () => {
  const characters = charactersOf(sample({ word: "em m", complete: false, character_probabilities: [0.1, 0.2, 0.3, 0.4] }));
  assert.deepEqual(characters.map(({ character }) => character), ["e", "m", "␣", "m"]);
  assert.deepEqual(characters.map(({ probability }) => probability), [0.1, 0.2, 0.3, 0.4]);
});

test("a word stands in a split's data, or is new, or does not end", () => {
  assert.equal(placeOf(sample()), "new");
  assert.equal(placeOf(sample({ found_in: "train" })), "in the training data");
  assert.equal(placeOf(sample({ found_in: "validation" })), "in the validation data");
  assert.match(placeOf(sample({ complete: false })), /does not end/);
  assert.equal(known([sample(), sample({ found_in: "test" })]), "1 of 2 stand in the data, 1 are new");
});

test("vowels are vowels with an accent and as capitals, and the first character is none", () => {
  assert.deepEqual([..."aéÖxŷя"].map((character) => kindOf(character, 3)),
    ["vowel", "vowel", "vowel", "other", "other", "vowel"]);
  assert.equal(kindOf(".", 0), "end");
  assert.equal(visible(" "), "␣");
});
