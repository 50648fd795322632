/**
 * Shares the page's frames out among its plots. Canvases are cheap and all painted together; a call of Plotly
 * takes longer than all of them together, so the plots take turns.
 */

/**
 * @typedef {object} Player
 * @property {() => void} paint
 * @property {() => void} takeTurn  one call of Plotly
 * @property {boolean} onScreen  those in sight go first
 */

class Turns {
  /** @type {Set<Player>} */
  #painting = new Set();
  /** @type {Set<Player>} */
  #waiting = new Set();
  /** Posts the next turn as a task of its own, so that the browser can show a frame and hear the user in between. */
  #next = new MessageChannel();
  #isFrameRequested = false;
  /** The time of the frame that was painted last. @type {CSSNumberish | null} */
  #paintedAt = null;
  #isTurnPosted = false;

  constructor() {
    this.#next.port1.onmessage = () => this.#turn();
  }

  /** @param {Player} player */
  requestPaint(player) {
    this.#painting.add(player);
    if (this.#isFrameRequested) return;
    this.#isFrameRequested = true;
    // In this very frame where nothing has been painted in it yet: data that was taken in a frame would otherwise cost
    // two, one for the text around the plots and one for the plots.
    if (document.timeline.currentTime !== this.#paintedAt) queueMicrotask(() => this.#frame());
    else requestAnimationFrame(() => this.#frame());
  }

  /** @param {Player} player */
  requestTurn(player) {
    this.#waiting.add(player);
    this.#postTurn();
  }

  /** @param {Player} player */
  leave(player) {
    this.#painting.delete(player);
    this.#waiting.delete(player);
  }

  #frame() {
    this.#isFrameRequested = false;
    this.#paintedAt = document.timeline.currentTime;
    const painting = [...this.#painting];
    this.#painting.clear();
    for (const player of painting) attempt(() => player.paint());
  }

  #postTurn() {
    if (this.#isTurnPosted || this.#waiting.size === 0) return;
    this.#isTurnPosted = true;
    this.#next.port2.postMessage(null);
  }

  #turn() {
    this.#isTurnPosted = false;
    const players = [...this.#waiting];
    const player = players.find(({ onScreen }) => onScreen) ?? players[0];
    if (!player) return;
    this.#waiting.delete(player);
    attempt(() => player.takeTurn());
    this.#postTurn();
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

export const turns = new Turns();
