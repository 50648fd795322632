/** Characters as a person sees them: which are vowels, and what to write for one that cannot be seen. */

const VOWELS = new Set("aeiouαεηιουωаеёиоуыэюя");

/** @typedef {"vowel" | "other" | "end"} Kind */

/** With or without an accent, small or capital. Number 0 stands for a word's start and end. @param {string} character @param {number} index @returns {Kind} */
export function kindOf(character, index) {
  if (index === 0) return "end";
  // An accent is a character of its own once they are taken apart, but for letters that have become their own.
  const base = character.normalize("NFD").charAt(0).toLowerCase();
  return VOWELS.has(character.toLowerCase()) || VOWELS.has(base) ? "vowel" : "other";
}

/** @param {string} character */
export const visible = (character) => (character.trim() ? character : "␣");
