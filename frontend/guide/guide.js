/**
 * Lessons: which one is open, and at which chapter. Each chapter puts the page where it wants it; the reader may play
 * with all of it, and go back to the chapter's view.
 *
 * @import { Lesson, LessonError, LessonInfo } from "../types/lessons"
 * @import { Api } from "../api.js"
 * @import { Doing, Placed, Under } from "./chapter-view.js"
 * @import { PageStore } from "../compare/compare.js"
 * @import { Choices } from "../lib/page/choices.js"
 *
 * @typedef {ReturnType<typeof createGuide>} Guide
 */

import { errorsOf, KEPT, linked, planOf } from "../lib/guide/lesson.js";
import { batch, computed, signal } from "../lib/signals.js";
import { chooseAll, createChapterView, Unfulfilled } from "./chapter-view.js";

/** In the address: the list of all lessons. */
export const LIST = "*";

/** @param {{ store: PageStore, api: Pick<Api, "lesson" | "lessons" | "sessions" | "timeline"> }} surroundings */
export function createGuide({ store, api }) {
  const { actions, choices } = store;
  const view = createChapterView({ store, api });
  const lessons = signal(/** @type {LessonInfo[]} */ ([]));
  const lesson = signal(/** @type {Lesson | null} */ (null));
  const doing = signal(/** @type {Doing | null} */ (null));
  const placed = signal(/** @type {Placed | null} */ (null));
  /** What came out as wrong when the chapter was opened. */
  const unfulfilled = signal(/** @type {LessonError | null} */ (null));
  /** An address that names no session wants the chapter's. */
  const drivesAtFirst = choices.peek().session === "" && choices.peek().at === "";
  let turns = 0;

  const name = computed(() => choices.value.lesson);
  const index = computed(() => {
    const last = (lesson.value?.chapters.length ?? 1) - 1;
    return Math.max(0, Math.min(Number(choices.value.chapter) - 1, last));
  });
  const errors = computed(() => (lesson.value ? errorsOf(lesson.value) : []));

  /** @param {Partial<Choices>} next */
  const choose = (next) => chooseAll(store, next);

  /** Reads the list or the lesson that is chosen anew, so that an edited file shows. */
  async function read() {
    const wanted = name.peek();
    try {
      if (wanted === LIST) lessons.value = await api.lessons();
      else if (wanted !== "") {
        const found = await api.lesson(wanted);
        if (name.peek() === wanted) lesson.value = found;
      }
    } catch (error) {
      actions.report(error);
      if (name.peek() === wanted && wanted !== LIST) list();
    }
  }

  /**
   * On the way to a view; a later way takes over. Null: it did not come there, or is none of its own.
   * @param {(way: Under) => Promise<Placed | null>} go
   */
  async function travel(go) {
    const turn = ++turns;
    const isOver = () => turn !== turns;
    unfulfilled.value = null;
    try {
      return await go({ isOver, tell: (next) => (doing.value = next) });
    } catch (error) {
      if (error instanceof Unfulfilled) unfulfilled.value = { line: error.line, text: error.message };
      else actions.report(error);
      return null;
    } finally {
      if (!isOver()) doing.value = null;
    }
  }

  /** Brings the page to the chapter's view. */
  async function drive() {
    const open = lesson.peek();
    if (!open?.chapters.length) return;
    placed.value = null;
    const there = await travel((way) => view.enter(planOf(open, index.peek()), way));
    if (there) placed.value = there;
  }

  /** @param {string} wanted @param {number} [chapter]  From 1. */
  async function open(wanted, chapter = 1) {
    choose({ lesson: wanted, chapter: String(chapter) });
    await read();
    await drive();
  }

  /** Shows the list of lessons. */
  function list() {
    leave();
    choose({ lesson: LIST, chapter: "1" });
    return read();
  }

  /** What is under way for a chapter is not waited for any more. */
  function leave() {
    turns++;
    batch(() => {
      lesson.value = null;
      placed.value = null;
      unfulfilled.value = null;
      doing.value = null;
    });
  }

  /** The page is no longer as the chapter has put it. */
  const isAway = computed(() => {
    if (!placed.value) return doing.value === null;
    const { session, position, choices: set } = placed.value;
    const [now, stands] = [choices.value, store.heading.value];
    const moved = position && stands && (position.step !== stands.step || position.op !== stands.op);
    const differs = Object.entries(set).some(([key, value]) =>
      !KEPT.some((kept) => kept === key) && now[/** @type {keyof Choices} */ (key)] !== value);
    return Boolean(moved) || differs || store.session.value?.id !== session;
  });

  return {
    lessons, lesson, index, errors, unfulfilled, doing, placed, isAway,
    /** Once the page's store has started. */
    async start() {
      await read();
      if (drivesAtFirst) return drive();
      // A link to a chapter as it is, or as somebody has left it: from here on it is known which.
      const plan = lesson.peek()?.chapters.length ? planOf(/** @type {Lesson} */ (lesson.peek()), index.peek()) : null;
      if (plan) placed.value = await travel(async () => view.recognize(plan));
    },
    open,
    list,
    close() {
      leave();
      choose({ lesson: "", chapter: "1" });
    },
    /** @param {number} next  A chapter, from 0. */
    go(next) {
      choose({ chapter: String(next + 1) });
      return drive();
    },
    drive,
    /** Reads the lesson's file again. */
    async reload() {
      await read();
      await drive();
    },
    /** A link in the text to another view. @param {string} address */
    follow(address) {
      const link = lesson.peek()?.chapters[index.peek()]?.links.find((each) => each.address === address);
      return link && travel((way) => view.follow(linked(link), way));
    },
  };
}
