/**
 * The live stream of one session. The only module that opens the socket.
 *
 * Frames are taken at most once per repaint. The next ones are asked for ahead, so that the server prepares one while
 * another is on its way and there is one for every repaint. While one waits to be taken no more are asked for, so a slow
 * page sees fewer frames. Of several that have come only the newest is to be shown; but what was recorded since the frame
 * before stands in one frame only, so all are told. A connection that is lost is sought again, with growing pauses.
 *
 * @import { StreamError, View } from "./types/wire"
 */

/** So many frames are asked for at once. */
const AHEAD = 2;
const FIRST_PAUSE = 250;
/** Short enough that a page stands again within two seconds of its server. */
const LONGEST_PAUSE = 1500;
/** The server's close code for a session that it does not have. */
const UNKNOWN_SESSION = 4404;

/**
 * @typedef {"connecting" | "open" | "lost"} Connection
 * @typedef {object} Handlers
 * @property {(frames: ArrayBuffer[]) => void} frames  Those that have come since the last repaint, the newest last.
 * @property {(state: Connection) => void} connection
 * @property {(detail: string) => void} error  What the server refused.
 * @property {() => void} gone  The server has no such session (any more), and the stream is at its end.
 *
 * @typedef {object} Surroundings  What a browser provides, and a test replaces.
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {(take: () => void) => void} repaint
 * @property {(again: () => void, pause: number) => unknown} wait
 *
 * @typedef {{ show(views: View[]): void, close(): void }} Stream
 */

/** @returns {Surroundings} */
function browser() {
  return {
    WebSocket: globalThis.WebSocket,
    repaint: (take) => requestAnimationFrame(take),
    wait: (again, pause) => setTimeout(again, pause),
  };
}

/** @param {string} session @param {{ protocol: string, host: string }} page */
export function streamUrl(session, { protocol, host }) {
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/api/sessions/${encodeURIComponent(session)}/stream`;
}

/**
 * @param {string} url
 * @param {Handlers} handlers
 * @param {Surroundings} surroundings
 * @returns {Stream}
 */
export function openStream(url, handlers, { WebSocket, repaint, wait } = browser()) {
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {View[]} */
  let wanted = [];
  /** Frames that are not yet taken. @type {ArrayBuffer[]} */
  let waiting = [];
  /** How many frames are asked for that have not come. */
  let asked = 0;
  let pause = FIRST_PAUSE;
  let closed = false;

  /** @param {import("./types/wire").ClientMessage} message */
  function send(message) {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  }

  function ask() {
    for (; asked < AHEAD; asked++) send({ type: "ready" });
  }

  function take() {
    if (closed || !waiting.length) return;
    const frames = waiting;
    waiting = [];
    ask();
    handlers.frames(frames);
  }

  /** @param {MessageEvent} event */
  function receive({ data }) {
    if (typeof data === "string") {
      handlers.error(/** @type {StreamError} */ (JSON.parse(data)).detail);
      return;
    }
    // Not before: a server that takes a stream and ends it at once is not to be asked all the time.
    pause = FIRST_PAUSE;
    asked--;
    if (!waiting.length) {
      repaint(take);
      ask();
    }
    waiting.push(data);
  }

  function connect() {
    if (closed) return;
    const opened = new WebSocket(url);
    opened.binaryType = "arraybuffer";
    opened.onopen = () => {
      handlers.connection("open");
      send({ type: "show", views: wanted });
      asked = 0;
      ask();
    };
    opened.onmessage = receive;
    opened.onclose = ({ code }) => {
      if (closed) return;
      waiting = [];
      if (code === UNKNOWN_SESSION) {
        closed = true;
        handlers.gone();
        return;
      }
      handlers.connection("lost");
      wait(connect, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    };
    socket = opened;
  }

  handlers.connection("connecting");
  connect();

  return {
    show(views) {
      wanted = views;
      send({ type: "show", views });
    },
    close() {
      closed = true;
      socket?.close();
    },
  };
}
