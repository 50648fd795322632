/**
 * What a lesson's chapters ask of the page, and what is wrong with what they ask. The server has read the file; here
 * is known what there is to show.
 *
 * @import { Directive, Lesson, LessonError } from "../../types/lessons"
 * @import { Config, Network } from "../../types/wire"
 * @import { Choice, Choices } from "../page/choices.js"
 *
 * @typedef {object} Plan  What a chapter wants. Null: it says nothing of it, and it stays as it is.
 * @property {{ config: Config, line: number } | null} session
 * @property {number | null} step
 * @property {{ at: string, line: number } | null} op  A number, or the tensor or gradient that is to be known.
 * @property {string[]} highlight  Places of the page.
 * @property {Partial<Choices>} choices
 * @property {LessonError[]} errors
 */

import { canBe, CHOICES, DEFAULTS } from "../page/choices.js";
import { PANELS } from "../page/panels.js";
import { PLACES } from "./places.js";

/** What is the reader's own, or stands in the address for another reason; all else is as the chapter has it. */
export const KEPT = /** @type {const} */ ([
  "session", "at", "speed", "until", "theme", "embed", "controls", "lesson", "chapter",
]);

const isKept = (/** @type {string} */ name) => KEPT.some((kept) => kept === name);

/** What a page block can say beside the choices. @type {Record<string, string>} */
const OWN = {
  session: "current, or a session's config as JSON, which the server has read",
  step: "the training step, such as 2000; what has not been trained yet is trained first",
  op: "the op's number, or the tensor or gradient that is known from there on, such as h or dlogits",
  highlight: "places of the page, separated by commas",
};

const KEYS = [...Object.keys(OWN), ...Object.keys(CHOICES).filter((name) => !isKept(name))];

const names = (/** @type {readonly string[]} */ list) => list.join(", ");

/** The first of several names that there is not, in words; or null. @param {string} what @param {string} list @param {string[]} all */
function missing(what, list, all) {
  const wrong = list.split(",").map((name) => name.trim()).find((name) => !all.includes(name));
  return wrong === undefined ? null : `there is no ${what} “${wrong}”; there are ${names(all)}`;
}

/** What is wrong with a choice, or null. @param {string} name @param {string} value */
function wrongChoice(name, value) {
  if (!KEYS.includes(name)) return `a page block cannot set “${name}”; it can set ${names(KEYS)}`;
  if (name === "panels") return missing("panel", value, PANELS.map((panel) => panel.name));
  if (canBe(name, value)) return null;
  const { allowed, says } = /** @type {Record<string, Choice>} */ (CHOICES)[name];
  return `${name} cannot be “${value}”: it is ${allowed ? names(allowed) : says}`;
}

/** @type {Record<string, (plan: Plan, directive: Directive) => string | null | void>} */
const READERS = {
  session: () => null,
  step(plan, { value }) {
    if (!/^\d{1,9}$/.test(value)) return `step is ${OWN.step}; not “${value}”`;
    plan.step = Number(value);
  },
  op(plan, { value, line }) {
    if (!/^[\w.]+$/.test(value)) return `op is ${OWN.op}; not “${value}”`;
    plan.op = { at: value, line };
  },
  highlight(plan, { value }) {
    const wrong = missing("place", value, Object.keys(PLACES));
    if (!wrong) plan.highlight = value.split(",").map((name) => name.trim());
    return wrong;
  },
};

/** @param {Plan} plan @param {Directive} directive */
function choose(plan, { key, value }) {
  const written = key === "panels" ? value.split(",").map((name) => name.trim()).join() : value;
  const wrong = wrongChoice(key, written);
  if (!wrong) plan.choices = { ...plan.choices, [key]: written };
  return wrong;
}

/** @param {Directive[]} directives @returns {Plan} */
function read(directives) {
  /** @type {Plan} */
  const plan = { session: null, step: null, op: null, highlight: [], choices: {}, errors: [] };
  for (const directive of directives) {
    const text = (Object.hasOwn(READERS, directive.key) ? READERS[directive.key] : choose)(plan, directive);
    if (text) plan.errors.push({ line: directive.line, text });
  }
  // A tensor that is named is to stay on the card, wherever the steps have come.
  if ("tensor" in plan.choices && !("follow" in plan.choices)) plan.choices = { ...plan.choices, follow: "off" };
  return plan;
}

/** The session that holds in a chapter: its own, or else that of the last one before it that names one. @param {Lesson} lesson @param {number} index */
function sessionOf({ chapters }, index) {
  const isNamed = (/** @type {Directive} */ { key }) => key === "session";
  const chapter = chapters.slice(0, index + 1).findLast(({ directives }) => directives.some(isNamed));
  return chapter?.session ? { config: chapter.session, line: chapter.directives.find(isNamed)?.line ?? 0 } : null;
}

/** @param {Lesson} lesson @param {number} index @returns {Plan} */
export const planOf = (lesson, index) =>
  ({ ...read(lesson.chapters[index].directives), session: sessionOf(lesson, index) });

/** What a link in the text asks for, `?panels=card&tensor=h&step=0`; the session stays. @param {{ address: string, line: number }} link */
export const linked = ({ address, line }) =>
  read([...new URLSearchParams(address)].map(([key, value]) => ({ key, value, line })).filter(({ key }) => key !== "session"));

/** All that is wrong with a lesson, as far as it can be known without its sessions, by line. @param {Lesson} lesson */
export function errorsOf(lesson) {
  const found = lesson.chapters.flatMap((chapter) => [
    ...read(chapter.directives).errors,
    ...chapter.links.flatMap((link) => linked(link).errors),
  ]);
  return [...lesson.errors, ...found].sort((a, b) => a.line - b.line);
}

/** What the page shows in a chapter: what the plan says, and otherwise as at first. @param {Choices} now @param {Plan} plan @returns {Choices} */
export function choicesOf(now, { choices }) {
  const kept = Object.fromEntries(KEPT.map((name) => [name, now[name]]));
  return { ...DEFAULTS, ...choices, ...kept };
}

/** The op that a plan means in this network; null where there is none. @param {string} at @param {Network} network */
export function opOf(at, { calls, gradients, ops }) {
  if (/^\d+$/.test(at)) return Number(at) <= ops ? Number(at) : null;
  const parts = gradients.flatMap(({ contributions }) => contributions);
  const call = calls.find(({ output }) => output === at);
  return (call ?? [...gradients, ...parts].find(({ name }) => name === at))?.known_at ?? null;
}

/** Whether something is as it was asked for; what was not asked for does not matter. @param {any} asked @param {any} found @returns {boolean} */
export function holds(asked, found) {
  if (asked === null || typeof asked !== "object") return asked === found;
  if (found === null || typeof found !== "object" || Array.isArray(asked) !== Array.isArray(found)) return false;
  if (Array.isArray(asked) && asked.length !== found.length) return false;
  return Object.keys(asked).every((key) => holds(asked[key], found[key]));
}
