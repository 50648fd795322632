/**
 * @import { LessonInfo } from "../../types/lessons"
 */

import { element } from "../../lib/dom.js";

/** A card for each lesson. @param {LessonInfo[]} lessons @param {(name: string) => void} open */
export const lessonList = (lessons, open) => lessons.map(({ name, title, summary, language, chapters, errors }) =>
  element("section", { lang: language },
    element("h3", {}, title),
    element("p", {}, summary),
    element("p", { class: "size" }, `${chapters.length} ${chapters.length === 1 ? "chapter" : "chapters"}`, ...broken(errors.length)),
    element("button", {
      type: "button", "data-lesson": name, "aria-label": `${verb(errors)}: ${title}`, onclick: () => open(name),
    }, verb(errors))));

/** @param {unknown[]} errors */
const verb = (errors) => (errors.length ? "Show" : "Begin");

/** @param {number} errors */
const broken = (errors) =>
  (errors ? [" · ", element("span", { class: "bad" }, `${errors} ${errors === 1 ? "error" : "errors"}`)] : []);
