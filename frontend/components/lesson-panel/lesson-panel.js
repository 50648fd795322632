/**
 * Lessons beside the panels: the list of them, or one chapter of one, which sets what the page shows. The reader may
 * play, and go back to the chapter's view.
 *
 * @import { GuidedStore } from "../../guide/guided.js"
 */

import { LIST } from "../../guide/guide.js";
import { element, prose, select, setOptions, setText } from "../../lib/dom.js";
import { PLACES } from "../../lib/guide/places.js";
import { View } from "../../lib/view.js";
import { lessonList } from "./lesson-list.js";
import { LessonStatus } from "./lesson-status.js";

export class LessonPanel extends View {
  #title = element("h2", { id: "lesson-title" });
  #all = element("button", { type: "button", "data-action": "all-lessons" }, "All lessons");
  #close = element("button", { type: "button", "data-action": "close-lesson", "aria-label": "Close the lesson" }, "✕");
  #chapters = element("select");
  #errors = element("ul", { class: "errors", "aria-label": "What is wrong with this lesson" });
  #reload = element("button", { type: "button", "data-action": "reload-lesson" }, "Read the file again");
  #text = element("article");
  #back = element("button", { type: "button", "data-action": "previous-chapter", "aria-label": "Previous chapter" }, "←");
  #next = element("button", { type: "button", class: "primary", "data-action": "next-chapter" }, "Next →");
  #foot = element("div", { class: "foot" });
  #list = element("div", { class: "list" });
  #status = new LessonStatus();

  /** @override @param {GuidedStore} store */
  build(store) {
    const { guide, choices } = store;
    this.setAttribute("role", "complementary");
    this.setAttribute("aria-labelledby", "lesson-title");
    this.#chapters = select({ "aria-label": "Chapter" }, (chapter) => guide.go(Number(chapter)));
    this.#all.addEventListener("click", guide.list);
    this.#close.addEventListener("click", guide.close);
    this.#reload.addEventListener("click", guide.reload);
    this.#back.addEventListener("click", () => guide.go(guide.index.peek() - 1));
    this.#next.addEventListener("click", () => guide.go(guide.index.peek() + 1));
    this.#text.addEventListener("click", (event) => this.#follow(event, guide.follow));
    document.addEventListener("learn", () => (choices.peek().lesson === "" ? guide.list() : guide.close()));
    this.#status.start(store);
    this.#foot.append(this.#status, element("div", { class: "turn" }, this.#back, this.#chapters, this.#next));
    this.append(
      element("div", { class: "head" }, this.#title, this.#all, this.#close),
      this.#list, element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Chapter" }, this.#errors, this.#reload, this.#text), this.#foot);
  }

  /** A link to another view of the page is no way out of it. @param {MouseEvent} event @param {(address: string) => void} follow */
  #follow(event, follow) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const address = link?.getAttribute("href") ?? "";
    if (!address.startsWith("?") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    follow(address);
  }

  /** @override @param {GuidedStore} store */
  update({ guide, choices }) {
    const { lesson: wanted } = choices.value;
    const lesson = wanted === LIST ? null : guide.lesson.value;
    this.hidden = wanted === "";
    if (this.hidden) return light([]);
    for (const part of [this.#all, this.#text.parentElement, this.#foot]) {
      if (part) part.hidden = lesson === null;
    }
    this.#list.hidden = wanted !== LIST;
    this.#showErrors(guide);
    if (lesson) {
      this.#showChapter(lesson, guide);
      return;
    }
    setText(this.#title, wanted === LIST ? "Lessons" : "");
    light([]);
    if (wanted === LIST) this.#list.replaceChildren(...lessonList(guide.lessons.value, guide.open));
  }

  /** @param {NonNullable<GuidedStore["guide"]["lesson"]["value"]>} lesson @param {GuidedStore["guide"]} guide */
  #showChapter(lesson, guide) {
    const index = guide.index.value;
    const chapter = lesson.chapters[index];
    setText(this.#title, lesson.title);
    this.#text.lang = lesson.language;
    setOptions(this.#chapters, lesson.chapters.map(({ title }, i) => ({ value: String(i), text: `${i + 1}. ${title}` })), String(index));
    this.#chapters.hidden = lesson.chapters.length === 0;
    this.#back.disabled = index === 0;
    this.#next.disabled = index >= lesson.chapters.length - 1;
    light(guide.placed.value?.plan.highlight ?? []);
    if (this.#shown === chapter) return;
    this.#shown = chapter;
    this.#text.replaceChildren(...(chapter ? [element("h3", {}, chapter.title), ...prose(chapter.html)] : []));
    this.#text.parentElement?.scrollTo(0, 0);
  }

  /** The chapter whose text is on show. @type {unknown} */
  #shown = null;

  /** @param {GuidedStore["guide"]} guide */
  #showErrors({ lesson, errors, unfulfilled }) {
    const found = [...errors.value, ...(unfulfilled.value ? [unfulfilled.value] : [])].sort((a, b) => a.line - b.line);
    this.#errors.replaceChildren(...found.map(({ line, text }) =>
      element("li", {}, `${lesson.value?.file}, line ${line}: ${text}`)));
    this.#errors.hidden = this.#reload.hidden = found.length === 0;
  }
}

/** Marks these places of the page, and no others. @param {string[]} places */
function light(places) {
  const lit = places.flatMap((place) => document.querySelector(PLACES[place]) ?? []);
  for (const before of document.querySelectorAll("[data-lit]")) {
    if (!lit.includes(before)) before.removeAttribute("data-lit");
  }
  for (const each of lit) each.setAttribute("data-lit", "");
}

customElements.define("lesson-panel", LessonPanel);
