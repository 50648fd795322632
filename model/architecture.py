"""From a config to its network: which ops, on which tensors, under which names."""

from model.config import ModelConfig
from model.network import Activation, BatchNorm, Call, Network, Part, TensorSpec
from model.ops import OPS
from model.shapes import Shape, output_shape


def build_network(model: ModelConfig, *, batch_size: int, context_length: int, vocabulary: int) -> Network:
    """The network of a config for minibatches of this size and a vocabulary of this many characters."""
    return _Builder(model, batch_size, context_length, vocabulary).build()


class _Builder:
    """Collects the calls line by line, as a person would write the forward pass."""

    def __init__(self, model: ModelConfig, batch_size: int, context_length: int, vocabulary: int) -> None:
        self.model = model
        self.fused = model.granularity == "fused"
        self.B, self.T, self.V, self.E = batch_size, context_length, vocabulary, model.embedding_size
        self.inputs: list[TensorSpec] = []
        self.calls: list[Call] = []
        self.batch_norms: list[BatchNorm] = []
        self.activations: list[Activation] = []
        self.shapes: dict[str, Shape] = {}
        self.part: Part = "embedding"
        self.layer: int | None = None

    def build(self) -> Network:
        sizes = self.model.hidden_sizes
        self._batch("Xb", (self.B, self.T))
        self._batch("Yb", (self.B,))
        self._parameter("C", (self.V, self.E))
        self._call("embedding", "C", "Xb", to="emb")
        x = self._call("flatten", "emb", to="embcat")
        for layer, size in enumerate(sizes, start=1):
            x = self._hidden_layer(layer, x, size)
        self._output_layer(len(sizes) + 1, x)
        self._loss()
        width = {"H": sizes[0]} if len(sizes) == 1 else {f"H{k}": size for k, size in enumerate(sizes, start=1)}
        return Network(
            granularity=self.model.granularity,
            dimensions={"B": self.B, "T": self.T, "E": self.E, **width, "V": self.V},
            inputs=tuple(self.inputs),
            calls=tuple(self.calls),
            batch_norms=tuple(self.batch_norms),
            activations=tuple(self.activations),
        )

    def _hidden_layer(self, layer: int, x: str, size: int) -> str:
        self.part, self.layer = "hidden", layer
        suffix = "" if len(self.model.hidden_sizes) == 1 else f"_{layer}"
        normed = self.model.batch_norm != "none"
        linear, preactivation, output = (f"{name}{suffix}" for name in ("hprebn", "hpreact", "h"))
        self._linear(layer, x, size, bias=self.model.hidden_bias, to=linear if normed else preactivation)
        if normed:
            self._batch_norm(suffix, linear, to=preactivation)
        self._call("tanh", preactivation, to=output)
        self.activations.append(Activation(layer, preactivation, output))
        return output

    def _output_layer(self, layer: int, x: str) -> None:
        self.part, self.layer = "output", None
        normed = self.model.batch_norm == "all"
        self._linear(layer, x, self.V, bias=self.model.output_bias, to="hprebn_out" if normed else "logits")
        if normed:
            self._batch_norm("_out", "hprebn_out", to="logits")

    def _linear(self, layer: int, x: str, size: int, *, bias: bool, to: str) -> None:
        W, b = f"W{layer}", f"b{layer}"
        self._parameter(W, (self.shapes[x][-1], size))
        if bias:
            self._parameter(b, (size,))
            self._call("linear", x, W, b, to=to)
        else:
            self._call("matmul", x, W, to=to)

    def _batch_norm(self, suffix: str, x: str, *, to: str) -> None:
        def named(name: str) -> str:
            return f"{name}{suffix}"

        row = (1, self.shapes[x][-1])
        gain, bias = self._parameter(named("bngain"), row), self._parameter(named("bnbias"), row)
        if self.fused:
            mean, variance, normalized = named("bnmean_batch"), named("bnvar_batch"), None
            self._call("batch_norm", x, gain, bias, to=to)
        else:
            mean = self._call("batch_mean", x, to=named("bnmeani"))
            difference = self._call("subtract_row", x, mean, to=named("bndiff"))
            squared = self._call("square", difference, to=named("bndiff2"))
            variance = self._call("batch_variance", squared, to=named("bnvar"))
            inverse = self._call("inverse_sqrt", variance, to=named("bnvar_inv"))
            normalized = self._call("multiply_row", difference, inverse, to=named("bnraw"))
            self._call("scale_shift", gain, normalized, bias, to=to)
        running = named("bnmean_running"), named("bnvar_running")
        self.batch_norms.append(BatchNorm(self.layer, x, mean, variance, *running, gain, bias, normalized, to))

    def _loss(self) -> None:
        self.part = "loss"
        if self.fused:
            self._call("cross_entropy", "logits", "Yb", to="loss")
            return
        maxes = self._call("row_max", "logits", to="logit_maxes")
        norm_logits = self._call("subtract_column", "logits", maxes, to="norm_logits")
        counts = self._call("exp", norm_logits, to="counts")
        counts_sum = self._call("row_sum", counts, to="counts_sum")
        inverse = self._call("reciprocal", counts_sum, to="counts_sum_inv")
        probs = self._call("multiply_column", counts, inverse, to="probs")
        logprobs = self._call("log", probs, to="logprobs")
        self._call("negative_log_likelihood", logprobs, "Yb", to="loss")

    def _batch(self, name: str, shape: Shape) -> None:
        self.shapes[name] = shape
        self.inputs.append(TensorSpec(name, shape, "batch", known_at=0))

    def _parameter(self, name: str, shape: Shape) -> str:
        self.shapes[name] = shape
        self.inputs.append(TensorSpec(name, shape, "parameter", known_at=0))
        return name

    def _call(self, op_name: str, *inputs: str, to: str) -> str:
        shape = output_shape(OPS[op_name], tuple(self.shapes[name] for name in inputs))
        self.shapes[to] = shape
        self.calls.append(Call(len(self.calls), op_name, inputs, to, shape, self.part, self.layer))
        return to
