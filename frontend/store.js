/**
 * The page's one state. Views read its signals and dispatch its actions; nothing else writes.
 *
 * What a session's tensors are at a position comes from the newest stream frame alone, so everything on show belongs
 * together; REST answers say only whether a command was taken.
 *
 * @import { Position, Until, View } from "./types/wire"
 * @import { Api, NewSession, Unit } from "./api.js"
 * @import { Connection, Handlers, Stream } from "./stream.js"
 * @import { Frame } from "./frames.js"
 * @import { Choices } from "./lib/choices.js"
 * @import { Theme } from "./state.js"
 * @import { Seen } from "./lib/verdict.js"
 */

import { ApiError } from "./api.js";
import { written } from "./lib/breakpoints.js";
import { DEFAULTS } from "./lib/choices.js";
import { EMPTY, append, continued, isBlurred, isCoarse, isGap, past } from "./lib/history.js";
import { batch, effect } from "./lib/signals.js";
import { derive, initialState, readOnly } from "./state.js";
import { createTransport } from "./transport.js";

const METRIC_POINTS = 2000;

/**
 * @typedef {Omit<Handlers, "frame"> & { frame: (frame: Frame) => void }} FrameHandlers
 *
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {(session: string, handlers: FrameHandlers) => Stream} openStream
 * @property {Choices} [choices]
 * @property {Theme} [theme]
 *
 * @typedef {ReturnType<typeof createStore>} Store
 */

/** @param {Surroundings} surroundings */
export function createStore({ api, openStream, choices = DEFAULTS, theme = "auto" }) {
  const state = initialState(choices, theme);
  const derived = derive(state);
  /** @type {Stream | null} */
  let stream = null;
  let notices = 0;
  let openings = 0;
  /** The session whose past is being read. @type {string | null} */
  let loading = null;

  effect(() => {
    const views = derived.views.value;
    stream?.show(JSON.parse(views));
  });

  /** @param {unknown} error */
  function report(error) {
    if (!(error instanceof ApiError)) throw error;
    notice(error.message);
  }

  /** @param {string} text */
  function notice(text) {
    if (state.notices.peek().some((shown) => shown.text === text)) return;
    state.notices.value = [...state.notices.peek(), { id: ++notices, text }];
  }

  const current = () => state.session.peek()?.id ?? null;

  const transport = createTransport({ api, state, derived, report });

  /** @param {Frame} frame */
  function take(frame) {
    const { session, position, loss, metrics } = frame.info;
    if (session !== current()) return;
    const history = state.history.peek();
    batch(() => {
      state.frame.value = frame;
      if (frame.info.stopped === null) state.dismissedStop.value = null;
      if (metrics.loss) state.history.value = append(history, metrics.loss, { step: position.step, loss });
      transport.shown();
    });
    // What was recorded stands in one frame only, and a frame that a newer one overtook was never taken.
    const incomplete = metrics.loss && (isGap(history, metrics.loss) || isBlurred(metrics.loss));
    (incomplete ? loadPast(session, position.step) : refine()).catch(report);
  }

  /** A frame tells of many steps in few points. Once the session rests, what REST has more of them is read. */
  async function refine() {
    const info = derived.info.peek();
    if (!info || info.running || !isCoarse(state.history.peek(), METRIC_POINTS)) return;
    await loadPast(info.session, info.position.step);
  }

  /** The losses before a step, as REST has them. @param {string} id @param {number} step */
  async function loadPast(id, step) {
    if (step === 0 || loading === id) return;
    loading = id;
    try {
      const { series } = await api.metrics(id, "loss", METRIC_POINTS, step - 1);
      if (current() !== id || !series.loss) return;
      state.history.value = continued(past(series.loss, step), state.history.peek());
    } finally {
      loading = null;
    }
    if (derived.position.peek()?.step !== step) await refine();
  }

  /** @param {Connection} next */
  function connection(next) {
    const before = state.connection.peek();
    state.connection.value = next;
    if (next === "open" && before === "lost") openAny(current()).catch(report);
  }

  /** Opens the session of that id or, where there is none, the first; a server always has one to show. */
  async function openAny(/** @type {string | null} */ wanted) {
    const sessions = await api.sessions();
    const first = sessions.find(({ id }) => id === wanted) ?? sessions[0] ?? (await api.createSession({}));
    await openSession(first.id);
  }

  /** Reads anew what others may have made or deleted meanwhile. */
  async function refresh() {
    const [sessions, datasets] = await Promise.all([api.sessions(), api.datasets()]);
    batch(() => {
      state.sessions.value = sessions;
      state.datasets.value = datasets;
    });
  }

  /** @param {string} id */
  async function openSession(id) {
    const opening = ++openings;
    const [session, network] = await Promise.all([api.session(id), api.network(id), refresh()]);
    if (opening !== openings) return;
    stream?.close();
    stream = null;
    batch(() => {
      state.session.value = session;
      state.network.value = network;
      state.frame.value = null;
      state.history.value = EMPTY;
      state.verification.value = null;
      state.dismissedStop.value = null;
      transport.reset();
      choose("session", id);
    });
    stream = openStream(id, { frame: take, connection, error: notice, gone: () => void openAny(null).catch(report) });
    stream.show(JSON.parse(derived.views.peek()));
    await loadPast(id, session.position.step);
  }

  async function start() {
    try {
      state.ops.value = await api.ops();
      await openAny(state.choices.peek().session);
    } catch (error) {
      report(error);
    }
  }

  /** @param {keyof Choices} name @param {string} value */
  function choose(name, value) {
    state.choices.value = { ...state.choices.peek(), [name]: value };
  }

  /** What the page has of a position that was checked. @param {Position} position @returns {Seen | null} */
  function seen({ step, op }) {
    const info = derived.info.peek();
    return info?.position.step === step && info.position.op === op ? { version: info.version, loss: info.loss } : null;
  }

  const actions = {
    start,
    choose,
    refresh: () => refresh().catch(report),
    openSession: (/** @type {string} */ id) => openSession(id).catch((error) => {
      report(error);
      return refresh().catch(report);
    }),
    /** Refused configs reject, so that the form can say why where it was filled in. */
    async createSession(/** @type {NewSession} */ config) {
      await openSession((await api.createSession(config)).id);
    },
    /** Words that are refused reject as well. */
    async addDataset(/** @type {File} */ file) {
      const added = await api.addDataset(file.name, file);
      await refresh();
      return added;
    },
    advance: (/** @type {Unit} */ unit, count = 1) => transport.advance(unit, count),
    goTo: transport.goTo,
    run: transport.run,
    pause: transport.pause,
    setLearningRate: (/** @type {number} */ rate) => transport.command((id) => api.setLearningRate(id, rate)),
    setSpeed(/** @type {string} */ speed) {
      choose("speed", speed);
      if (derived.running.peek()) transport.run();
    },
    /** Runs stop there from now on, one under way too. @param {Until | null} until */
    setBreakpoint(until) {
      choose("until", written(until));
      if (derived.running.peek()) transport.run();
    },
    dismissStop() {
      state.dismissedStop.value = state.frame.peek()?.info.stopped ?? state.session.peek()?.stopped ?? null;
    },
    async verify() {
      state.verifying.value = true;
      await transport.command(async (id) => {
        const verification = await api.verification(id);
        if (current() === id) state.verification.value = { ...verification, seen: seen(verification.position) };
      });
      state.verifying.value = false;
    },
    show(/** @type {string} */ panel, /** @type {View[]} */ views) {
      state.wishes.value = new Map(state.wishes.peek()).set(panel, views);
    },
    inspect(/** @type {string} */ tensor, contribution = "") {
      state.choices.value = { ...state.choices.peek(), follow: "off", tensor, contribution };
    },
    setTheme(/** @type {Theme} */ next) {
      state.theme.value = next;
    },
    dismiss(/** @type {number} */ id) {
      state.notices.value = state.notices.peek().filter((shown) => shown.id !== id);
    },
  };

  return { ...readOnly({ ...state, ...derived }), actions };
}
