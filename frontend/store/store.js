/**
 * The page's one state. Views read its signals and dispatch its actions; nothing else writes.
 *
 * What a session's tensors are at a position comes from the newest stream frame alone, so everything on show belongs
 * together; REST answers say only whether a command was taken.
 *
 * @import { BranchWanted, Position, Session, Until, View } from "../types/wire"
 * @import { Api, NewSession, Unit } from "../api.js"
 * @import { Handlers, Stream } from "../stream.js"
 * @import { Frame } from "../frames.js"
 * @import { Choices } from "../lib/page/choices.js"
 * @import { Theme } from "./state.js"
 * @import { Seen } from "../lib/verdict.js"
 */

import { DEFAULTS } from "../lib/page/choices.js";
import { withPanel } from "../lib/page/panels.js";
import { batch, effect } from "../lib/signals.js";
import { written } from "../lib/time/breakpoints.js";
import { createEdits } from "./edits.js";
import { createLaboratory } from "./laboratory.js";
import { createLearnt } from "./learnt.js";
import { createNotices } from "./notices.js";
import { createPast } from "./past.js";
import { createPointing } from "./pointing.js";
import { createSessions } from "./sessions.js";
import { derive, initialState, readOnly } from "./state.js";
import { createTimeline } from "./timeline.js";
import { createTransport } from "./transport.js";

/**
 * @typedef {Omit<Handlers, "frames"> & { frame: (frame: Frame) => void }} FrameHandlers
 *
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {(session: string, handlers: FrameHandlers) => Stream} openStream
 * @property {Choices} [choices]
 *
 * @typedef {ReturnType<typeof createStore>} Store
 */

/** @param {Surroundings} surroundings */
export function createStore({ api, openStream, choices = DEFAULTS }) {
  const state = initialState(choices);
  const derived = derive(state);
  const notices = createNotices(state);
  const { report } = notices;
  const transport = createTransport({ api, state, derived, report });
  const past = createPast({ api, state, derived, report });
  const pointing = createPointing({ api, state, derived, choose });
  const timeline = createTimeline({ api, state, report });
  const learnt = createLearnt({ api, state, report });

  const current = () => state.session.peek()?.id ?? null;

  /** @param {keyof Choices} name @param {string} value */
  function choose(name, value) {
    state.choices.value = { ...state.choices.peek(), [name]: value };
  }

  /** @param {Frame} frame */
  function take(frame) {
    const { info } = frame;
    if (info.session !== current()) return;
    const before = derived.info.peek();
    batch(() => {
      state.frame.value = frame;
      if (info.stopped === null) state.dismissed.value = { ...state.dismissed.peek(), stopped: null };
      past.take(info, before);
      timeline.take(info, before);
      learnt.take(info, before);
      transport.shown();
    });
  }

  const sessions = createSessions({
    api, state, notices, openStream, take, choose,
    reset() {
      transport.reset();
      edits.reset();
      laboratory.reset();
    },
    read: ({ id, last_step }) => Promise.all([past.load(id, last_step), timeline.load(id)]),
  });
  const edits = createEdits({ api, state, transport, open: sessions.open });
  const laboratory = createLaboratory({ api, state, derived, sessions, verify, runTo: transport.runTo, report });

  effect(() => sessions.show(derived.views.value));

  async function start() {
    try {
      const [ops, listed] = await Promise.all([api.ops(), api.sessions()]);
      state.ops.value = ops;
      const asked = state.choices.peek();
      await sessions.openAny(asked.session, listed);
      await visit(asked);
    } catch (error) {
      report(error);
    }
  }

  /** Goes where a link says that its session stood, if it may, it has come that far and nobody moves it. @param {Choices} asked */
  async function visit({ session: wanted, at, controls }) {
    const session = state.session.peek();
    if (!at || controls !== "all" || !session || session.running || (wanted && wanted !== session.id)) return;
    const [step, op] = at.split(":").map(Number);
    const { position } = session;
    if (step > session.last_step || (position.step === step && position.op === op)) return;
    await transport.visit({ step, op: Math.min(op, position.ops) });
  }

  /** What the page has of a position that was checked. @param {Position} position @returns {Seen | null} */
  function seen({ step, op }) {
    const info = derived.info.peek();
    if (info?.position.step !== step || info.position.op !== op) return null;
    return { last_change: info.last_change, loss: info.loss };
  }

  async function verify() {
    state.verifying.value = true;
    await transport.command(async (id) => {
      const verification = await api.verification(id);
      if (current() === id) state.verification.value = { ...verification, seen: seen(verification.position) };
    });
    state.verifying.value = false;
  }

  const actions = {
    start,
    choose,
    refresh: () => sessions.refresh().catch(report),
    openSession: (/** @type {string} */ id) => sessions.open(id).catch((error) => {
      report(error);
      return sessions.refresh().catch(report);
    }),
    /** Refused configs reject, so that the form can say why where it was filled in; so do the three below. */
    createSession: (/** @type {NewSession} */ config) => sessions.create(config),
    async branch(/** @type {BranchWanted} */ wanted) {
      const id = current();
      if (id !== null) await sessions.branch(id, wanted);
    },
    importSession: (/** @type {Blob} */ file) => sessions.add(file),
    async addDataset(/** @type {File} */ file) {
      const added = await api.addDataset(file.name, file);
      await sessions.refresh();
      return added;
    },
    renameSession: (/** @type {string} */ id, /** @type {string} */ name) => sessions.rename(id, name).catch(report),
    removeSession: (/** @type {Session} */ session) => sessions.remove(session).catch(report),
    advance: (/** @type {Unit} */ unit, count = 1) => transport.advance(unit, count),
    goTo: transport.goTo,
    seek: transport.seek,
    scrub: transport.scrub,
    visit: transport.visit,
    run: transport.run,
    runTo: transport.runTo,
    pause: transport.pause,
    setLearningRate: edits.setLearningRate,
    setTraps: edits.setTraps,
    setOutliers: edits.setOutliers,
    prepareOutliers: laboratory.prepareOutliers,
    setSpeed(/** @type {string} */ speed) {
      choose("speed", speed);
      if (derived.running.peek()) transport.run();
    },
    /** Runs stop there from now on, one under way too. @param {Until | null} until */
    setBreakpoint(until) {
      choose("until", written(until));
      if (derived.running.peek()) transport.run();
    },
    /** Puts away what is said of where the session stands. */
    dismissStandstill() {
      const { kind, text } = derived.standstill.peek();
      state.dismissed.value = { ...state.dismissed.peek(), [kind === "differs" ? "divergence" : "stopped"]: text };
    },
    verify,
    readHunt: laboratory.readHunt,
    takeHint: laboratory.takeHint,
    answerHunt: laboratory.answerHunt,
    evaluate: learnt.evaluate,
    drawWords: learnt.drawWords,
    show(/** @type {string} */ panel, /** @type {View[]} */ views) {
      state.wishes.value = new Map(state.wishes.peek()).set(panel, views);
    },
    /** What the card shows, wherever it is open. */
    select(/** @type {string} */ tensor, contribution = "") {
      state.choices.value = { ...state.choices.peek(), follow: "off", tensor, contribution };
    },
    /** The same, on the card: it is opened where it is not. */
    inspect(/** @type {string} */ tensor, contribution = "") {
      const choices = state.choices.peek();
      const panels = choices.embed ? choices.panels : withPanel(choices.panels, "card");
      state.choices.value = { ...choices, panels, follow: "off", tensor, contribution };
    },
    point: pointing.point,
    pin: pointing.pin,
    unpin: pointing.unpin,
    setTheme(/** @type {Theme} */ next) {
      choose("theme", next);
    },
    closeSession: sessions.close,
    notice: notices.notice,
    said: notices.said,
    report,
    dismiss: notices.dismiss,
  };

  /** What is read of a session for one panel alone, and belongs to no state. */
  const reads = {
    pendingUpdate: api.pendingUpdate, tensorPart: api.tensorPart, metrics: api.metrics, bothGradients: api.bothGradients, traps: api.traps,
    huntSheet: api.huntSheet, outliers: api.outliers, outlierTrial: api.outlierTrial, operate: api.operate,
  };

  return { ...readOnly({ ...state, ...derived, ...pointing.derived }), exportUrl: api.exportUrl, reads, actions };
}
