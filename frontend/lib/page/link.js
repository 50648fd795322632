/**
 * Links to what is on show.
 *
 * @import { Choices } from "./choices.js"
 * @import { Store } from "../../store/store.js"
 *
 * @typedef {Pick<Store, "choices" | "position" | "running" | "session">} Shown
 */

import { writeChoices } from "./choices.js";
import { copyText } from "./clipboard.js";
import { embedded } from "./embed.js";

/** What is on show, as the choices that bring it back. Reads signals. @param {Shown} shown @returns {Choices} */
export function shownChoices({ choices, position, running, session }) {
  // Where a run stands is not asked: it would be another place in every frame.
  const rests = session.value !== null && !running.value;
  const { step, op } = (rests && position.value) || {};
  return { ...choices.value, at: step === undefined ? "" : `${step}:${op}` };
}

/** The query string of what is on show. What an embedded panel implies goes without saying. @param {Shown} shown */
export function searchOf(shown) {
  const choices = shownChoices(shown);
  const implied = choices.embed ? embedded(choices.embed)?.choices ?? {} : {};
  const said = Object.entries(choices).filter(([name, value]) => /** @type {any} */ (implied)[name] !== value);
  return writeChoices(/** @type {Choices} */ (Object.fromEntries(said)));
}

/** Copies a link to what is on show, and says so. @param {Store} store */
export async function copyLink(store) {
  const link = location.origin + location.pathname + searchOf(store);
  if (await copyText(link)) store.actions.said("Link copied: it shows what is on show now.");
  else store.actions.notice(`The browser does not let the page copy; this is the link: ${link}`);
}
