/** What the server says, over REST and in stream frames. The server's side is `server/schemas/`. */

/** What runs a session's steps: the tape op by op, or the kernel, which is the same step compiled. */
export type EngineName = "tape" | "kernel";

export interface Engine {
  name: EngineName;
  /** It is to move, but the kernel is still being loaded or compiled. */
  waiting: boolean;
}

/** Where a session stands. `op` counts what has been computed of this step: 0 … `ops`. */
export interface Position {
  step: number;
  op: number;
  ops: number;
}

export interface Config {
  name: string;
  data: { dataset: string; context_length: number; split_seed: number };
  model: {
    embedding_size: number;
    hidden_sizes: number[];
    batch_norm: "none" | "hidden" | "all";
    hidden_bias: boolean;
    output_bias: boolean;
    granularity: "atomic" | "fused";
  };
  init: {
    seed: number;
    hidden_gain: number;
    output_scale: number | null;
    bias_scale: number;
    batch_norm_noise: number;
  };
  training: {
    batch_size: number;
    learning_rate: { from_step: number; value: number }[];
    engine: "auto" | EngineName;
  };
}

export interface Clipping {
  by: "norm" | "value";
  threshold: number;
}

/** What `PATCH …/training` changes, as it is in force at the session's step. */
export interface Training {
  learning_rate: number;
  clipping: Clipping | null;
  /** Bugs that are planted. */
  traps: ArmedTrap[];
  /** null: none are planted. */
  outliers: PlantedOutliers | null;
}

/** Where a session branched off. */
export interface Parent {
  /** The session it came from, which may have been deleted since. */
  id: string;
  step: number;
}

/** A replay that came out different from what a checkpoint holds; the checkpoint's state was kept. */
export interface Divergence {
  step: number;
  expected: string;
  found: string;
  /** All of it in a sentence. */
  text: string;
}

export interface Session {
  id: string;
  name: string;
  config: Config;
  position: Position;
  /** The furthest step it has come to: any up to it can be visited again. */
  last_step: number;
  parent: Parent | null;
  /** Why the newest of it is not saved yet; null where all is. */
  unsaved: string | null;
  divergence: Divergence | null;
  running: boolean;
  /** Why its last run stopped by itself; null where it did not, and once it goes on. */
  stopped: string | null;
  engine: Engine;
  /** Not yet known before the forward pass is through, and null when it is not finite. */
  loss: number | null;
  /** How many numbers are trained. */
  parameters: number;
  created_at: string;
  training: Training;
}

/** A breakpoint: a run ends at the first later step whose metric is above or below a number; "nan" takes neither. */
export interface Until {
  metric: string;
  above?: number;
  below?: number;
}

export interface RunWanted {
  /** As fast as it can where it is left out. */
  steps_per_second?: number;
  /** It ends there. */
  until_step?: number;
  until?: Until;
}

export interface BranchWanted {
  name?: string;
  /** Where it branches off; left out: where the session stands. */
  step?: number;
  /** What it does otherwise from there on. */
  training?: { learning_rate?: number; clipping?: Clipping | null; traps?: ArmedTrap[]; outliers?: PlantedOutliers | null };
}

/** A trap that is planted in a session. */
export interface ArmedTrap {
  name: string;
  /** The number that it takes; null: its default, or none. */
  threshold?: number | null;
}

/** Where a trap changes a rule. */
export interface TrapPlace {
  /** A contribution (`dbndiff.bndiff2`), or a tensor of the forward pass. */
  name: string;
  tensor: string;
  layer: number | null;
  /** The lines, as the op table has it and as the trap has it. */
  right: string;
  wrong: string;
}

/** One entry of the table of traps, as far as it concerns one session. */
export interface Trap {
  name: string;
  title: string;
  chapter: string;
  why: string;
  symptom: string;
  fix: string;
  sources: Source[];
  harmless: boolean;
  hidden_while: string;
  threshold: number | null;
  places: TrapPlace[];
  /** Why it cannot be armed in the session; null: it can. */
  missing: string | null;
  /** As it should be, or seems to be, and as it is; none where it can nowhere be armed. */
  twins: { config: Partial<Record<"data" | "model" | "init" | "training", object>>; armed: boolean }[];
}

/** Examples of the training split that are taught something wrong. */
export interface PlantedOutliers {
  count: number;
  seed: number;
}

/** One of them; characters as they are. */
export interface OutlierInfo {
  /** Its number in the training split. */
  example: number;
  context: string;
  right: string;
  planted: string;
  /** In this step's minibatch; null: not in it. */
  row: number | null;
}

/** Copies of a session to be trained with outliers, under clippings with these thresholds. */
export interface OutlierTrialWanted extends PlantedOutliers {
  steps: number;
  loss_threshold: number;
  norm_threshold: number;
  value_threshold: number;
}

/** What became of the outliers under one treatment: at each of the steps the loss of each, in nats; null: not finite. */
export interface OutlierCurves {
  treatment: string;
  steps: number[];
  losses: (number | null)[][];
}

export interface OutlierTrial {
  outliers: OutlierInfo[];
  /** How often each was drawn, on average. */
  draws: number;
  curves: OutlierCurves[];
}

/** What is done to a step in surgery. */
export type Cut =
  | { kind: "detach" | "freeze"; tensor: string }
  | { kind: "scale"; tensor: string; factor: number; cell: number[] | null }
  | { kind: "set"; tensor: string; cell: number[]; value: number };

/** What an update does to the loss of its own minibatch; null: not finite. */
export interface OperatedEffect {
  before: number | null;
  after: number | null;
  /** To first order. */
  predicted: number | null;
}

/** How a tensor differs from what it was without the cuts. */
export interface TensorDifference {
  name: string;
  /** So many of its cells differ, `of` so many. */
  cells: number;
  of: number;
  /** The largest difference of a cell; null: not finite. */
  largest: number | null;
  /** The same, of the tensor's largest magnitude before; null: that was zero. */
  relative: number | null;
}

/** A tensor as rows and columns, before and after; a large one in blocks, of each the cell of largest magnitude. */
export interface CutTensor {
  name: string;
  block: [number, number];
  before: (number | null)[][];
  after: (number | null)[][];
  difference: (number | null)[][];
}

/** A step done once more with cuts in it. */
export interface Operation {
  position: Position;
  learning_rate: number;
  /** Of the step with the cuts in its forward pass. */
  loss: number | null;
  ordinary: OperatedEffect;
  operated: OperatedEffect;
  /** In the order of computation. */
  changed: TensorDifference[];
  unchanged: string[];
  shown: CutTensor | null;
}

/** What somebody takes a hidden trap for. */
export interface HuntAnswer {
  /** The op, by the tensor that it computes. */
  op: string;
  mistake: string;
}

/** An answer, and what of it is right. */
export interface HuntResult extends HuntAnswer {
  op_is_right: boolean;
  mistake_is_right: boolean;
  points: number;
}

/** What came of a session's hunts so far. */
export interface Score {
  points: number;
  /** The most that they could have come to. */
  most: number;
  found: number;
  answered: number;
}

/** A trap that is armed without being named. */
export interface Hunt {
  name: string;
  difficulty: number;
  hints: string[];
  hints_left: number;
  /** null: not answered yet. */
  result: HuntResult | null;
  /** What was hidden, once there is an answer. */
  trap: Trap | null;
}

/** Find the bug. */
export interface Hunting {
  hunt: Hunt | null;
  score: Score;
  ops: { op: string; code: string }[];
  mistakes: { name: string; text: string }[];
}

/** One task of a sheet for a class; what it hides only where answers were asked for. */
export interface SheetTask {
  name: string;
  difficulty: number;
  title: string | null;
  ops: string[] | null;
  mistake: string | null;
}

/** A change that was made to a run, still in effect. */
export interface TimelineCommand {
  number: number;
  kind: "set_parameter" | "set_learning_rate" | "set_clipping" | "set_traps" | "set_outliers";
  step: number;
  /** What it did, for people: `learning rate 0.05`. */
  text: string;
}

export interface Timeline {
  last_step: number;
  commands: TimelineCommand[];
  /** The steps that can be shown at once. */
  checkpoints: number[];
  /** Number of the newest change or discard; 0 before the first. */
  last_change: number;
}

export interface Progress {
  position: Position;
  loss: number | null;
}

export interface Dataset {
  id: string;
  name: string;
  words: number;
  /** The vocabulary in order: number 0 is ".", the start and end of a word. */
  characters: string[];
  /** How often each stands in the words; number 0 twice a word. */
  occurrences: number[];
  /** How many examples of the default context length each split holds. */
  examples: { train: number; validation: number; test: number };
}

export interface Formula {
  latex: string;
  mathml: string;
}

/** Where something can be read up. */
export interface Source {
  title: string;
  authors: string;
  year: number;
  url: string;
  /** The section that says it; empty: all of it does. */
  place: string;
}

/** One op of the op table, in its own generic operand names. */
export interface Op {
  name: string;
  title: string;
  /** Operand names in order, and the dimensions of each ("B I"). */
  inputs: {
    name: string;
    shape: string;
    differentiable: boolean;
    /** What it is, where it is a parameter or an index. */
    meaning: string | null;
  }[];
  output: { name: string; shape: string };
  forward: { formula: Formula; code: string };
  backward: {
    input: string;
    formula: Formula;
    code: string;
    /** The line as texts have it, where ours differs from it, and why it differs. */
    textbook_code: string | null;
    why: string | null;
    /** What that rests on. */
    sources: Source[];
  }[];
  /** Why this op is there, or what it does to values and gradients. */
  why: string;
  /** What that rests on. */
  sources: Source[];
}

/** One line of the forward pass: an op on named tensors. */
export interface Call {
  index: number;
  op: string;
  /** 1 … L for the hidden layers, null for embedding, output layer and loss. */
  layer: number | null;
  /** The part of the network it belongs to: "embedding", "hidden", "output", "loss". */
  part: string;
  inputs: { operand: string; tensor: string }[];
  output: string;
  shape: number[];
  /** The PyTorch line with this call's own tensor names. */
  code: string;
  /** The position's `op` from which the output is known. */
  known_at: number;
}

/** What one backward rule of one call adds to one gradient. */
export interface Contribution {
  /** `dcounts.probs`: what reaches `dcounts` through `probs`. Can be read like any tensor. */
  name: string;
  call: number;
  operand: string;
  via: string;
  code: string;
  /** The line as texts have it, where ours differs. */
  textbook_code: string | null;
  /** What is so of it because of where it stands, such as a bias before batch norm. */
  note: { text: string; sources: Source[] } | null;
  known_at: number;
}

export interface Gradient {
  name: string;
  tensor: string;
  shape: number[];
  known_at: number;
  contributions: Contribution[];
}

/** Where one batch norm stands in the network: all are tensor names. */
export interface BatchNorm {
  /** Its hidden layer 1 … L, null for the one on the logits. */
  layer: number | null;
  input: string;
  mean: string;
  variance: string;
  running_mean: string;
  running_variance: string;
  gain: string;
  bias: string;
  /** Absent from the fused network. */
  normalized: string | null;
  output: string;
  paths: Paths;
}

/** One way by which a gradient comes through batch norm. */
export interface PathInfo {
  title: string;
  formula: Formula;
  code: string;
  why: string;
}

/** The ways by which the gradient comes to batch norm's input: tensors, though no list of tensors has them. */
export interface Paths {
  direct: string;
  mean: string;
  variance: string;
  /** The three together less the gradient: nothing but rounding. */
  remainder: string;
  /** By channel: what an example would get by the mean through the variance; zero, but for rounding. */
  mean_through_variance: string;
  /** By channel: the sum of the differences from the mean, which makes it zero. */
  difference_sum: string;
}

/** One hidden layer's activation: `tanh` of `input` is `output`. */
export interface Activation {
  layer: number;
  input: string;
  output: string;
}

/** A parameter, and how it was drawn at the start. */
export interface Parameter {
  name: string;
  shape: number[];
  /** The PyTorch line that drew it. */
  code: string;
  why: string;
  sources: Source[];
}

export interface Network {
  granularity: "atomic" | "fused";
  /** B, T, E, V and each hidden layer's H (or H1, H2 …). */
  dimensions: Record<string, number>;
  /** How many ops one step has: forward calls, then backward contributions. */
  ops: number;
  /** The forward pass is through at this `op`. */
  forward_ops: number;
  calls: Call[];
  gradients: Gradient[];
  /** In the order in which they were drawn. */
  parameters: Parameter[];
  batch_norms: BatchNorm[];
  activations: Activation[];
  /** What the paths through batch norm are, by their names there. */
  paths: Record<keyof Paths, PathInfo>;
}

export type Role = "parameter" | "intermediate" | "gradient" | "batch" | "statistic";

export interface TensorInfo {
  name: string;
  shape: number[];
  dtype: string;
  role: Role;
  known: boolean;
  /** The position's `op` from which it is known; 0: always. */
  known_at: number;
}

/** What a step's update, which is tried and not applied, does to its own minibatch. Null: not finite. */
export interface PendingUpdate {
  position: Position;
  learning_rate: number;
  /** Of all parameters' gradients together, before clipping. */
  gradient_norm: number | null;
  /** Of that norm, what clipping leaves of it; null: nothing is clipped. */
  kept_share: number | null;
  /** `predicted`: after it, to first order. */
  loss: { before: number | null; after: number | null; predicted: number | null };
  /** How many examples have a smaller loss after it. */
  improved: number;
  /** The one that was asked for; null: none was. */
  example: ExampleChange | null;
}

export interface ExampleChange {
  index: number;
  loss_before: number | null;
  loss_after: number | null;
  /** Of each character, in the vocabulary's order. */
  probabilities: { before: (number | null)[]; after: (number | null)[] };
}

export interface VerificationRow {
  /** The gradient's name: `dlogits`. */
  name: string;
  exact: boolean;
  approximate: boolean;
  maxdiff: number | null;
  /** The largest magnitude of a cell by autograd. */
  largest: number | null;
  /** Of a parameter's gradient: the largest difference of a cell between the kernel and the tape; else null. */
  kernel_maxdiff: number | null;
}

export interface Verification {
  position: Position;
  rows: VerificationRow[];
}

/** A cell that a value is made of. */
export interface Factor {
  tensor: string;
  cell: number[];
  /** As it is written: `h[3, 5]`. */
  text: string;
  /** Null: not finite. */
  value: number | null;
}

/** One addend of a sum. */
export interface Term {
  /** What it belongs to: the example's text `..e → m`, a unit, a character; empty where it stands alone. */
  label: string;
  /** As it is written: `h[3, 5] · dlogits[3, 'e']`, and with numbers in place of names. */
  text: string;
  numbers: string;
  factors: Factor[];
  value: number | null;
}

/** An equation with its numbers filled in. */
export interface ExplanationLine {
  /** value: what the cell is; contribution: one part of it; closed form: the same, simplified on paper; next: what the update makes of it. */
  kind: "value" | "contribution" | "closed form" | "next";
  /** The tensor that it computes. */
  tensor: string;
  /** `dlogits[3, 'm'] = (probs[3, 'm'] − 1) / 32` */
  formula: string;
  /** `(0.0165 − 1) / 32` */
  numbers: string;
  total: number | null;
  /** The largest addends, by magnitude, and how many others there are with what they add up to. */
  terms: Term[];
  rest: { count: number; value: number | null };
}

/** Why a cell has its value. */
export interface Explanation {
  position: Position;
  tensor: string;
  cell: number[];
  /** `dlogits[3, 'm']` */
  text: string;
  value: number | null;
  /** What is worth saying of it, in a sentence; may be empty. */
  note: string;
  lines: ExplanationLine[];
  /** Where it comes from: regions of other tensors, an index for each dimension, null: all along it. */
  sources: { tensor: string; regions: (number | null)[][] }[];
}

/** Steps in buckets: several steps share one entry when there are more steps than points. */
export interface Series {
  step: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
}

export interface Metrics {
  series: Record<string, Series>;
}

export type Split = "train" | "validation" | "test";

/** Batch norm's, outside training: of the whole training split, or those collected while training. */
export type Statistics = "calibrated" | "running";

export interface EvaluationWanted {
  splits: Split[];
  statistics: Statistics;
}

export interface SamplesWanted {
  count: number;
  statistics: Statistics;
  /** The same seed draws the same words; left out: others each time. */
  seed?: number;
  /** What each word begins with. */
  prompt: string;
}

export interface Sample {
  word: string;
  probability: number;
  /** False where the word was cut because it did not end. */
  complete: boolean;
  /** The factors of the probability: of each character after the prompt in turn, and of the end. */
  character_probabilities: number[];
  /** The split that has this very word; null for one that is new. */
  found_in: Split | null;
}

// ── The stream ──

export type TensorView =
  | { id: string; tensor: string; as: "values"; max_cells?: number }
  | { id: string; tensor: string; as: "histogram"; bins?: number }
  | { id: string; tensor: string; as: "summary" };

/** The root mean square of each of these tensors, in order: how large they are, at a glance. */
export interface NormsView {
  id: string;
  tensors: string[];
  as: "norms";
}

export type View = TensorView | NormsView;

export type ClientMessage = { type: "show"; views: View[] } | { type: "ready" };

/** A text message of the server; everything else it sends is binary frames. */
export interface StreamError {
  type: "error";
  code: string;
  detail: string;
}

export interface Summary {
  mean: number | null;
  std: number | null;
  min: number | null;
  max: number | null;
  norm: number | null;
  /** Shares of all cells, 0 … 1. */
  zeros: number;
  nan: number;
  infinite: number;
  /** Share with |h| > 0.97; null for all but the outputs of tanh. */
  saturated: number | null;
  /** How many units are saturated for every example; null for all but the outputs of tanh. */
  dead: number | null;
}

/**
 * Of a view of norms the array says all: −1 for a tensor that is not known at this position, NaN or infinity for one
 * that has a value which is not finite.
 */
export interface NormsInfo {
  as: "norms";
  shape: number[];
}

/** What a frame says about one view of a tensor; its array stands in the frame under the view's id. */
export interface ViewInfo {
  tensor: string;
  as: "values" | "histogram" | "summary";
  /** False: not known at this position; no array, and known at `known_at`. */
  known: boolean;
  known_at: number;
  /** The whole tensor's shape, whatever was sent of it. */
  shape: number[];
  /** values: null, or how many rows and columns each sent cell stands for (the largest magnitude of each block, on the tensor seen as rows × columns). */
  block?: [number, number] | null;
  /** histogram: the true range of the finite values (null where there is none), and what is counted apart. */
  range?: [number, number] | null;
  nan?: number;
  infinite?: number;
  /** summary: the numbers; the array holds the same in this order. */
  summary?: Summary;
}

/** `__metadata__.frame` of a stream frame. */
export interface FrameInfo {
  session: string;
  version: number;
  position: Position;
  loss: number | null;
  last_step: number;
  /** As the timeline has it: one that is not the timeline's tells that there is a newer one. */
  last_change: number;
  unsaved: string | null;
  divergence: Divergence | null;
  running: boolean;
  stopped: string | null;
  engine: Engine;
  /** Measured over the last second of a run; null when not running. */
  steps_per_second: number | null;
  training: Training;
  /** What was recorded since the last frame sent on this stream. */
  metrics: Record<string, Series>;
  views: Record<string, ViewInfo | NormsInfo>;
}
