"""The kernel: whole training steps as one compiled function, for speed. The tape is what it must agree with.

Importing this module compiles it, which takes some seconds, or loads it from numba's cache on disk: see
`model.kernel_engine.load_kernel`. Numba's cache looks at the file of a function alone, and takes no notice of what else
it refers to: so all that is compiled stands in this file, and every constant from elsewhere comes as an argument.

Everything lies in flat float32 memory, cut into matrices by the offsets of `model.layout`. Sums run over the batch
row by row, columns side by side, which is how the compiler makes them fast; products are BLAS's, through `np.dot`.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import boolean, float32, float64, from_dtype, int32, int64, njit, types
from numba.extending import intrinsic

from model.layout import LAYER, Constants

# Contracting lets multiply-adds round once; reassociation lets sums run in many lanes. Unlike fastmath=True this keeps
# NaN and infinity what they are: a run that diverges must be seen to.
compiled = njit(nogil=True, error_model="numpy", fastmath={"contract"})
summing = njit(nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})

# ── Elementary functions, written so that the compiler can do many at once: no branches, float32 throughout ──

ONE, TWO = np.float32(1), np.float32(2)
LOG2_E = np.float32(1 / math.log(2))
# ln 2 in two parts, the first with so few digits that a whole multiple of it is exact (Cody and Waite, 1980).
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(math.log(2) - 0.693359375)
LEAST_EXPONENT = np.float32(-87)  # exp of less has no normal float32
TANH_IS_ONE = np.float32(20)  # exp of more leaves nothing of 1 - tanh(x/2) in float32
C2, C3, C4, C5, C6, C7 = (np.float32(1 / math.factorial(n)) for n in range(2, 8))


@intrinsic
def power_of_two(typing_context: Any, exponent: Any) -> Any:
    """2**n for an int32 n in -126 … 127: the bits of that float32."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        biased = builder.add(arguments[0], ir.Constant(ir.IntType(32), 127))
        return builder.bitcast(builder.shl(biased, ir.Constant(ir.IntType(32), 23)), ir.FloatType())

    return types.float32(types.int32), build


@compiled
def expm1_parts(x):
    """(s, q) with exp(x) = s + s q, where s is a power of two and q = exp(r) - 1 for an r of at most ln(2)/2."""
    n = np.floor(x * LOG2_E + np.float32(0.5))
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    q = r + r * r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * C7)))))
    return power_of_two(np.int32(n)), q  # type: ignore[call-arg]  # numba gives the context


@compiled
def exp(x):
    scale, q = expm1_parts(max(x, LEAST_EXPONENT))
    return scale + scale * q


@compiled
def tanh(x):
    """By exp(2x) - 1 = e: tanh x = e / (e + 2), exact to a few roundings near 0 too."""
    doubled = TWO * abs(x)
    scale, q = expm1_parts(min(doubled, TANH_IS_ONE))
    e = scale * q + (scale - ONE)
    return math.copysign(e / (e + TWO), x)


# ── Forward ──


@compiled
def matrix(memory, offset, rows, columns):
    return memory[offset : offset + rows * columns].reshape(rows, columns)


@compiled
def embed(C, contexts, minibatch, emb):
    T, E = contexts.shape[1], C.shape[1]
    for i in range(len(minibatch)):
        for t in range(T):
            character = contexts[minibatch[i], t]
            for e in range(E):
                emb[i, t * E + e] = C[character, e]


@summing
def add_bias(x, b):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += b[j]


@summing
def batch_statistics(x, mean, variance):
    """Every column's mean, and its variance with Bessel's correction."""
    B, H = x.shape
    mean[:] = 0
    for i in range(B):
        for j in range(H):
            mean[j] += x[i, j]
    for j in range(H):
        mean[j] *= ONE / np.float32(B)
    variance[:] = 0
    for i in range(B):
        for j in range(H):
            variance[j] += (x[i, j] - mean[j]) * (x[i, j] - mean[j])
    for j in range(H):
        variance[j] *= ONE / np.float32(B - 1)


@compiled
def inverse_std(variance, eps, inverse):
    for j in range(len(variance)):
        inverse[j] = ONE / np.sqrt(variance[j] + eps)


@compiled
def normalize(x, mean, inverse, gain, shift, raw, y):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            raw[i, j] = (x[i, j] - mean[j]) * inverse[j]
            y[i, j] = gain[j] * raw[i, j] + shift[j]


@compiled
def activate(x, y):
    for i in range(len(x)):
        y[i] = tanh(x[i])


@compiled
def is_zero_in_float32(logit, greatest, counts_sum):
    """Whether this logit's probability is too small for float32."""
    exponent = logit - greatest
    return exponent < LEAST_EXPONENT and np.float32(math.exp(exponent) / counts_sum) == 0


@summing
def cross_entropy(logits, targets, minibatch, atomic, probs, dlogits):
    """The mean negative log-likelihood; probs, and (probs - 1 at the target) / B.

    The `atomic` network takes the logarithm of every probability and divides by it. Where one is too small for float32
    its tape comes to infinity and NaN, and so must this, though the formulas used here would not.
    """
    B, V = logits.shape
    loss = 0.0
    for i in range(B):
        target = targets[minibatch[i]]
        greatest = least = logits[i, 0]
        for j in range(V):
            greatest = max(greatest, logits[i, j])
            least = min(least, logits[i, j])
        counts_sum = np.float32(0)
        for j in range(V):
            probs[i, j] = exp(logits[i, j] - greatest)
            counts_sum += probs[i, j]
        for j in range(V):
            probs[i, j] /= counts_sum
            dlogits[i, j] = probs[i, j] / np.float32(B)
        dlogits[i, target] -= ONE / np.float32(B)
        loss += math.log(counts_sum) + greatest - logits[i, target]
        if atomic and is_zero_in_float32(least, greatest, counts_sum):
            dlogits[i, :] = np.nan
            if is_zero_in_float32(logits[i, target], greatest, counts_sum):
                loss = np.inf
    return np.float32(loss / B)


# ── Backward ──


@compiled
def activate_backward(dy, y, dx):
    for i in range(len(y)):
        dx[i] = (ONE - y[i] * y[i]) * dy[i]


@summing
def batch_norm_sums(dy, raw, dgain, dshift):
    dgain[:] = 0
    dshift[:] = 0
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            dgain[j] += dy[i, j] * raw[i, j]
            dshift[j] += dy[i, j]


@compiled
def batch_norm_backward(dy, raw, inverse, gain, dgain, dshift, dx):
    """The gradient with Bessel's variance, from the two sums that gain's and shift's gradients are anyway."""
    B, H = dy.shape
    per_example, bessel = ONE / np.float32(B), ONE / np.float32(B - 1)
    for i in range(B):
        for j in range(H):
            through_statistics = dshift[j] * per_example + raw[i, j] * (dgain[j] * bessel)
            dx[i, j] = gain[j] * inverse[j] * (dy[i, j] - through_statistics)


@summing
def column_sums(x, sums):
    sums[:] = 0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            sums[j] += x[i, j]


@compiled
def embed_backward(demb, contexts, minibatch, dC):
    T, E = contexts.shape[1], dC.shape[1]
    dC[:] = 0
    for i in range(len(minibatch)):
        for t in range(T):
            character = contexts[minibatch[i], t]
            for e in range(E):
                dC[character, e] += demb[i, t * E + e]


# ── A step ──


@compiled
def layer_forward(constants, layer, B, parameters, values):
    inputs, outputs = layer.inputs, layer.outputs
    linear = matrix(values, layer.linear, B, outputs)
    np.dot(matrix(values, layer.x, B, inputs), matrix(parameters, layer.W, inputs, outputs), linear)
    if layer.b >= 0:
        add_bias(linear, parameters[layer.b : layer.b + outputs])
    if layer.gain >= 0:
        mean, variance = values[layer.mean : layer.mean + outputs], values[layer.variance : layer.variance + outputs]
        inverse = values[layer.inverse : layer.inverse + outputs]
        gain, shift = parameters[layer.gain : layer.gain + outputs], parameters[layer.shift : layer.shift + outputs]
        batch_statistics(linear, mean, variance)
        inverse_std(variance, constants.eps, inverse)
        raw, y = matrix(values, layer.raw, B, outputs), matrix(values, layer.preactivation, B, outputs)
        normalize(linear, mean, inverse, gain, shift, raw, y)
    if layer.h >= 0:
        activate(
            values[layer.preactivation : layer.preactivation + B * outputs], values[layer.h : layer.h + B * outputs]
        )


@compiled
def layer_backward(layer, B, parameters, gradients, values):
    inputs, outputs = layer.inputs, layer.outputs
    if layer.h >= 0:
        dx = values[layer.dpreactivation : layer.dpreactivation + B * outputs]
        activate_backward(values[layer.dh : layer.dh + B * outputs], values[layer.h : layer.h + B * outputs], dx)
    dlinear = matrix(values, layer.dlinear, B, outputs)
    if layer.gain >= 0:
        dy, raw = matrix(values, layer.dpreactivation, B, outputs), matrix(values, layer.raw, B, outputs)
        dgain, dshift = gradients[layer.gain : layer.gain + outputs], gradients[layer.shift : layer.shift + outputs]
        gain, inverse = parameters[layer.gain : layer.gain + outputs], values[layer.inverse : layer.inverse + outputs]
        batch_norm_sums(dy, raw, dgain, dshift)
        batch_norm_backward(dy, raw, inverse, gain, dgain, dshift, dlinear)
    if layer.b >= 0:
        column_sums(dlinear, gradients[layer.b : layer.b + outputs])
    np.dot(matrix(values, layer.x, B, inputs).T, dlinear, matrix(gradients, layer.W, inputs, outputs))
    np.dot(dlinear, matrix(parameters, layer.W, inputs, outputs).T, matrix(values, layer.dx, B, inputs))


@compiled
def forward_and_backward(constants, atomic, layers, parameters, gradients, values, contexts, targets, minibatch):
    """All values and gradients of these parameters on this minibatch; returns the loss."""
    B, last = len(minibatch), len(layers) - 1
    V, width = layers[last].outputs, layers[0].inputs
    E = width // contexts.shape[1]
    # C comes first among the parameters: see `model.layout`.
    embed(matrix(parameters, 0, V, E), contexts, minibatch, matrix(values, layers[0].x, B, width))
    for k in range(len(layers)):
        layer_forward(constants, layers[k], B, parameters, values)
    logits, dlogits = layers[last].preactivation, layers[last].dpreactivation
    loss = cross_entropy(
        matrix(values, logits, B, V),
        targets,
        minibatch,
        atomic,
        matrix(values, layers[last].probs, B, V),
        matrix(values, dlogits, B, V),
    )
    for k in range(last, -1, -1):
        layer_backward(layers[k], B, parameters, gradients, values)
    embed_backward(matrix(values, layers[0].dx, B, width), contexts, minibatch, matrix(gradients, 0, V, E))
    return loss


@summing
def sums(x):
    """The sum and the sum of squares, in float64."""
    total, squares = 0.0, 0.0
    for i in range(len(x)):
        number = np.float64(x[i])
        total += number
        squares += number * number
    return total, squares


@compiled
def update(parameters, gradients, rate, greatest_norm, greatest_value):
    """θ -= rate · dθ, clipped as `model.update.clip` defines it where either bound is finite."""
    bound = np.float32(greatest_value)
    if np.isfinite(greatest_norm):
        scale = greatest_norm / (math.sqrt(sums(gradients)[1]) + 1e-6)
        rate *= np.float32(min(scale, 1))
    for i in range(len(gradients)):
        g = gradients[i]
        parameters[i] -= rate * (bound if g > bound else max(g, -bound))


@compiled
def update_running(momentum, layers, statistics, values):
    kept = ONE - momentum
    for k in range(len(layers)):
        layer = layers[k]
        if layer.gain >= 0:
            for j in range(layer.outputs):
                mean, variance = layer.running_mean + j, layer.running_variance + j
                statistics[mean] = kept * statistics[mean] + momentum * values[layer.mean + j]
                statistics[variance] = kept * statistics[variance] + momentum * values[layer.variance + j]


# ── What is measured of a step; `model.gauges` names the columns and says what they are ──


@compiled
def std_of(total, squares, count):
    """With Bessel's correction; NaN for a single number."""
    return math.sqrt(max(squares - total * total / count, 0.0) / (count - 1))


@compiled
def saturation(h, limit):
    """How many outputs are saturated, and how many units are for every example."""
    counts = np.zeros(h.shape[1], np.int64)
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            counts[j] += abs(h[i, j]) > limit
    return counts.sum(), np.sum(counts == h.shape[0])


@compiled
def measure(constants, row, layers, spans, parameters, gradients, statistics, values, B, rate):
    column, spread = 3, len(row) - 4 * len(spans) - 3 * (len(layers) - 1)  # Where gauges and spreads go on
    all_squares = 0.0
    for s in range(len(spans)):
        begin, end = spans[s]
        total, squares = sums(gradients[begin:end])
        all_squares += squares
        gradient_std = std_of(total, squares, end - begin)
        total, parameter_squares = sums(parameters[begin:end])
        std = std_of(total, parameter_squares, end - begin)
        row[column] = math.sqrt(squares)
        row[column + 1] = math.log10(rate * gradient_std / std)
        row[spread], row[spread + 1] = total / (end - begin), std
        row[spread + 2], row[spread + 3] = gradient_std, math.log10(gradient_std / std)
        column, spread = column + 2, spread + 4
    row[1] = math.sqrt(all_squares)
    all_saturated, all_outputs = 0, 0
    for k in range(len(layers) - 1):
        layer, outputs = layers[k], B * layers[k].outputs
        saturated, dead = saturation(matrix(values, layer.h, B, layer.outputs), constants.saturated)
        row[column], row[column + 1] = saturated / outputs, dead
        all_saturated, all_outputs = all_saturated + saturated, all_outputs + outputs
        total, squares = sums(values[layer.h : layer.h + outputs])
        row[spread], row[spread + 1] = total / outputs, std_of(total, squares, outputs)
        total, squares = sums(values[layer.dh : layer.dh + outputs])
        row[spread + 2] = std_of(total, squares, outputs)
        column, spread = column + 2, spread + 3
    row[2] = all_saturated / all_outputs
    for k in range(len(layers)):
        layer, H = layers[k], layers[k].outputs
        if layer.gain >= 0:
            row[column] = sums(values[layer.mean : layer.mean + H])[0] / H
            row[column + 1] = sums(values[layer.variance : layer.variance + H])[0] / H
            row[column + 2] = sums(statistics[layer.running_mean : layer.running_mean + H])[0] / H
            row[column + 3] = sums(statistics[layer.running_variance : layer.running_variance + H])[0] / H
            column += 4


# ── Steps ──

TRAIN = types.Tuple((int64, types.Optional(float64)))(
    types.NamedTuple((float32, float32, float32, int64), Constants),
    boolean,  # atomic
    from_dtype(LAYER)[::1],  # layers
    int64[:, ::1],  # spans of the parameters
    *[float32[::1]] * 4,  # parameters, gradients, statistics, values
    int32[:, ::1],  # contexts
    int64[::1],  # targets
    int64[:, ::1],  # minibatches
    float64[::1],  # rates
    *(float64, float64),  # clipping, by norm and by value
    *(boolean, int64),  # stale, first step
    *(boolean, int64, float64, float64),  # halts, watched, below, above
    *(float64[::1], float64[:, ::1]),  # losses, gauges
)


def cached(function):
    """The function compiled, or loaded from disk; compiled anew each time where no folder can be written to."""
    try:
        return njit(TRAIN, nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:
        return njit(TRAIN, nogil=True, error_model="numpy")(function)


@cached
def train(
    constants,
    atomic,
    layers,
    spans,
    parameters,
    gradients,
    statistics,
    values,
    contexts,
    targets,
    minibatches,
    rates,
    greatest_norm,
    greatest_value,
    stale,
    first_step,
    halts,
    watched,
    below,
    above,
    losses,
    gauges,
):
    """Apply `len(rates) - 1` updates, each followed by a forward and a backward pass.

    Row k of `minibatches`, `rates` and `losses` belongs to step `first_step + k`; the first of them is where the memory
    stands already, and is computed anew where it is `stale`. Every `constants.every`-th step fills a row of `gauges`.
    Where it `halts`, the first later step ends the call whose loss is not finite, or whose gauge in the column
    `watched` is below, above, or no number. Returns how many updates were made, and what the watched gauge was where
    that ended them, else None.
    """
    B, row, sampled = minibatches.shape[1], np.empty(gauges.shape[1]), 0
    for k in range(len(rates)):
        if k > 0:
            update_running(constants.running_momentum, layers, statistics, values)
            update(parameters, gradients, np.float32(rates[k - 1]), greatest_norm, greatest_value)
        elif not stale:
            continue
        row[0] = forward_and_backward(
            constants, atomic, layers, parameters, gradients, values, contexts, targets, minibatches[k]
        )
        losses[k] = row[0]
        is_sampled = (first_step + k) % constants.every == 0
        if is_sampled or watched > 0:
            measure(constants, row, layers, spans, parameters, gradients, statistics, values, B, rates[k])
        if is_sampled:
            gauges[sampled] = row
            sampled += 1
        if halts and k > 0:
            finite = np.isfinite(row[0]) and np.isfinite(row[watched])
            if not (finite and below <= row[watched] <= above):
                return k, row[watched]
    return len(rates) - 1, None
