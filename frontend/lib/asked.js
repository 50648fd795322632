/**
 * What the server is asked once the page rests. A question has a key: while that stays, it is asked once. One question is
 * under way at a time; of those that come meanwhile, or in quick succession, only the last is asked, and no answer counts
 * that comes to an earlier one.
 *
 * @template T
 * @typedef {{ key: string, value: T | null, error: string | null }} Answer
 */

import { signal } from "./signals.js";

/** Milliseconds for which the question must not change: steps may follow each other. */
const PAUSE = 30;

/** @template T */
export class Asked {
  /** The newest answer. */
  #answer = signal(/** @type {Answer<T> | null} */ (null));
  /** @type {string | null} */
  #key = null;
  #cancel = () => {};
  #isAsking = false;
  /** What is to be asked after that. @type {(() => Promise<void>) | null} */
  #next = null;
  #wait;

  /** @param {(then: () => void, pause: number) => () => void} [wait]  Answers with how to call it off. */
  constructor(wait = later) {
    this.#wait = wait;
  }

  /**
   * The answer, if it is there; to be called where signals are read, since it will come.
   * @param {string | null} key  null: nothing is to be asked now. @param {() => Promise<T>} ask
   * @returns {Answer<T> | null}
   */
  about(key, ask) {
    if (key !== this.#key) {
      this.#key = key;
      this.#cancel();
      if (key !== null) this.#cancel = this.#wait(() => this.#begin(key, ask), PAUSE);
    }
    const answer = this.#answer.value;
    return answer?.key === key ? answer : null;
  }

  /** @param {string} key @param {() => Promise<T>} ask */
  async #begin(key, ask) {
    this.#next = () => this.#ask(key, ask);
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#next) {
      const next = this.#next;
      this.#next = null;
      await next();
    }
    this.#isAsking = false;
  }

  /** @param {string} key @param {() => Promise<T>} ask */
  async #ask(key, ask) {
    if (key !== this.#key) return;
    /** @type {Answer<T>} */
    let answer;
    try {
      answer = { key, value: await ask(), error: null };
    } catch (error) {
      answer = { key, value: null, error: error instanceof Error ? error.message : String(error) };
    }
    if (key === this.#key) this.#answer.value = answer;
  }
}

/** @param {() => void} then @param {number} pause */
function later(then, pause) {
  const timer = setTimeout(then, pause);
  return () => clearTimeout(timer);
}
