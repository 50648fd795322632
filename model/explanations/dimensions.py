"""What the dimensions of each tensor are, read from the op table's signatures.

`B`, `T`, `E` and `V` mean the same in all ops; any other letter is bound within one op, and is whatever the other
tensors of a call say it is.
"""

from collections.abc import Mapping

from model.network import Call, Network

FIXED = frozenset("BTEV")
UNIT = "unit"  # Of a hidden layer
OUTPUTS = "O"  # A linear layer's outputs: its units, where they are not the characters.

Dimensions = Mapping[str, tuple[str | None, ...]]


def dimensions_of(network: Network) -> Dimensions:
    """For each tensor the meaning of each dimension: `B`, `T`, `E`, `V`, `T*E`, `unit`, or None where nothing tells.

    The loss tells what a logit is, and a layer what its units are: so once from the end to the start, then forwards.
    """
    known: dict[str, tuple[str | None, ...]] = {}
    for call in reversed(network.calls):
        _bind(call, known, None)
    for call in network.calls:
        _bind(call, known, None if call.layer is None else UNIT)
    gradients = {name: known[parts[0].tensor] for name, parts in network.gradients.items()}
    contributions = {part.name: known[part.tensor] for part in network.contributions}
    statistics = {
        name: known[norm.gain]
        for norm in network.batch_norms
        for name in (norm.mean, norm.variance, norm.running_mean, norm.running_variance)
    }
    paths = {
        name: known[norm.gain] if network.tensors[name].shape[0] == 1 else known[norm.input]
        for norm in network.batch_norms
        for name in norm.paths.values()
    }
    return {**statistics, **known, **gradients, **contributions, **paths}


def _bind(call: Call, known: dict[str, tuple[str | None, ...]], unit: str | None) -> None:
    """What one call says of its tensors, given what is known of them."""
    shapes = [shape.split() for shape in (*call.op.input_shapes, call.op.output_shape)]
    tensors = list(zip((*call.inputs, call.output), shapes, strict=True))
    meanings: dict[str, str | None] = {}
    for tensor, letters in tensors:
        before = known.get(tensor, (None,) * len(letters))
        for letter, meaning in zip(letters, before, strict=True):
            if letter != "1":  # What is broadcast in one operand has nothing to do with what is in another.
                meanings[letter] = meanings.get(letter) or meaning
    meanings[OUTPUTS] = meanings.get(OUTPUTS) or unit
    for tensor, letters in tensors:
        known[tensor] = tuple(
            letter if FIXED.issuperset(letter.split("*")) else meanings.get(letter) for letter in letters
        )
