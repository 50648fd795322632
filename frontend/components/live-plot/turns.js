/**
 * Shares the page's frames out among its plots. Canvases are cheap and all painted together; a call of Plotly
 * takes longer than all of them together, so the plots take turns.
 */

/**
 * @typedef {object} Player
 * @property {() => void} paint
 * @property {() => void} takeTurn  one call of Plotly
 * @property {boolean} onScreen  those in sight go first
 * @property {(other: any) => boolean} precedes  whether it stands before another on the page
 * @property {boolean} canWait  what it has to draw is on show already, only less well
 * @property {boolean} isNew  nothing of it is on show
 *
 * @typedef {object} Surroundings  What a browser provides, and a test replaces.
 * @property {() => number} now
 * @property {() => unknown} frame  Which animation frame it is.
 * @property {(then: () => void) => unknown} inThisFrame
 * @property {(then: () => void) => unknown} inNextFrame
 * @property {(then: () => void) => unknown} inNextTask  So that the browser can show a frame and hear the user in between.
 * @property {(then: () => void, pause: number) => unknown} wait
 * @property {() => boolean} isInputPending
 * @property {(heard: () => void) => void} onPress
 */

/** So many milliseconds after the first no other turn begins in the same task: between tasks the browser draws, which
 * takes about as long as a turn, and hears the user. */
const TURNS_UNTIL = 60;
/** So many milliseconds after a key or click whoever can wait does: its answer is on the way, and is to be seen first. */
const ANSWER_WITHIN = 200;

/** @returns {Surroundings} */
export function browser() {
  const channel = new MessageChannel();
  return {
    now: () => performance.now(),
    frame: () => document.timeline.currentTime,
    inThisFrame: (then) => queueMicrotask(then),
    inNextFrame: (then) => requestAnimationFrame(then),
    inNextTask(then) {
      channel.port1.onmessage = then;
      channel.port2.postMessage(null);
    },
    wait: (then, pause) => setTimeout(then, pause),
    isInputPending: () => navigator.scheduling?.isInputPending() ?? false,
    onPress(heard) {
      for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, heard, { capture: true, passive: true });
    },
  };
}

export class Turns {
  #browser;
  /** @type {Set<Player>} */
  #painting = new Set();
  /** @type {Set<Player>} */
  #waiting = new Set();
  #isFrameRequested = false;
  /** The frame that was painted last. @type {unknown} */
  #painted = null;
  #isTurnPosted = false;
  /** When a key or button was last pressed. */
  #pressedAt = -Infinity;

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#browser = surroundings;
    surroundings.onPress(() => (this.#pressedAt = surroundings.now()));
  }

  /** @param {Player} player */
  requestPaint(player) {
    this.#painting.add(player);
    if (this.#isFrameRequested) return;
    this.#isFrameRequested = true;
    // In this very frame where nothing has been painted in it yet: data that was taken in a frame would otherwise cost
    // two, one for the text around the plots and one for the plots.
    const { frame, inThisFrame, inNextFrame } = this.#browser;
    const isPainted = frame() === this.#painted;
    (isPainted ? inNextFrame : inThisFrame)(() => this.#frame());
  }

  /** @param {Player} player */
  requestTurn(player) {
    this.#waiting.add(player);
    // What the canvases and the text around them have of the same news is seen first, unless it is on show already.
    if (player.canWait) this.#postTurn();
    else this.#browser.inNextFrame(() => this.#postTurn());
  }

  /** @param {Player} player */
  leaveTurn(player) {
    this.#waiting.delete(player);
  }

  /** @param {Player} player */
  leave(player) {
    this.#painting.delete(player);
    this.#waiting.delete(player);
  }

  #frame() {
    this.#isFrameRequested = false;
    this.#painted = this.#browser.frame();
    const painting = [...this.#painting];
    this.#painting.clear();
    for (const player of painting) attempt(() => player.paint());
  }

  #postTurn() {
    if (this.#isTurnPosted || this.#waiting.size === 0) return;
    this.#isTurnPosted = true;
    this.#browser.inNextTask(() => this.#take());
  }

  /** As many turns as one task may have. */
  #take() {
    this.#isTurnPosted = false;
    const { now, wait, isInputPending } = this.#browser;
    const begin = now();
    const answering = Math.max(0, this.#pressedAt + ANSWER_WITHIN - begin);
    const until = begin + (answering ? 0 : TURNS_UNTIL);
    for (;;) {
      const player = this.#following(answering > 0);
      if (!player) break;
      this.#waiting.delete(player);
      const { isNew } = player;
      attempt(() => player.takeTurn());
      // What was not there at all is seen at once.
      if (isNew || now() >= until || isInputPending()) break;
    }
    if (this.#following(answering > 0)) this.#postTurn();
    else if (this.#waiting.size) wait(() => this.#postTurn(), answering);
  }

  /** Whose turn it is. @param {boolean} isAnswering */
  #following(isAnswering) {
    const players = [...this.#waiting].filter(({ canWait }) => !(isAnswering && canWait));
    const inSight = players.filter(({ onScreen }) => onScreen);
    return (inSight.length ? inSight : players).reduce(
      (/** @type {Player | undefined} */ first, player) => (first && !player.precedes(first) ? first : player), undefined);
  }
}

/** One plot that fails must not stop the others. @param {() => void} action */
function attempt(action) {
  try {
    action();
  } catch (error) {
    reportError(error);
  }
}

