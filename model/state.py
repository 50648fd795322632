"""A run's state at a step: all that its numbers from there on depend on, beside config and what is done to it later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import safetensors
import safetensors.torch
import torch
from jaxtyping import Int, UInt8
from torch import Tensor


class InvalidState(ValueError):
    """The bytes are no state of this run; the message says why."""


@dataclass(frozen=True)
class State:
    """Parameters and running statistics of a step, its minibatch, and the generator that draws the next one."""

    step: int
    parameters: Mapping[str, Tensor]
    running: Mapping[str, Tensor]
    minibatch: Int[Tensor, "B"]  # Numbers of examples
    generator: UInt8[Tensor, "S"]

    def to_bytes(self) -> bytes:
        """As a safetensors blob: equal states make equal bytes."""
        tensors = {f"parameters.{name}": tensor for name, tensor in self.parameters.items()}
        tensors |= {f"running.{name}": tensor for name, tensor in self.running.items()}
        tensors |= {"minibatch": self.minibatch, "generator": self.generator}
        contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
        return safetensors.torch.save(contiguous, {"step": str(self.step)})

    @classmethod
    def from_bytes(cls, content: bytes, step: int) -> "State":
        """Read what `to_bytes` wrote of this step. Raises InvalidState where it is something else."""
        try:
            tensors = safetensors.torch.load(content)
            minibatch, generator = tensors.pop("minibatch"), tensors.pop("generator")
        except (safetensors.SafetensorError, KeyError, ValueError) as error:
            raise InvalidState(f"the state of step {step} cannot be read: {error}") from None
        parts: dict[str, dict[str, Tensor]] = {"parameters": {}, "running": {}}
        for name, tensor in tensors.items():
            part, _, inner = name.partition(".")
            if part not in parts:
                raise InvalidState(f"the state of step {step} holds {name!r}, which no state has")
            parts[part][inner] = tensor
        if _metadata(content) != {"step": str(step)}:
            raise InvalidState(f"the state of step {step} is another step's, or none: {_metadata(content)}")
        return cls(step, parts["parameters"], parts["running"], minibatch, generator)


def _metadata(content: bytes) -> object:
    """What a safetensors blob that can be read says of itself: `safetensors` hands it out for files only."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]).get("__metadata__")


def check_state(state: State, like: State) -> None:
    """Raise InvalidState where tensors are missing, of another shape or kind than those of `like`, or not usable."""
    for part in ("parameters", "running"):
        found, expected = getattr(state, part), getattr(like, part)
        if {name: (t.shape, t.dtype) for name, t in found.items()} != {
            name: (t.shape, t.dtype) for name, t in expected.items()
        }:
            raise InvalidState(f"the state of step {state.step} has other {part} than this network: {sorted(found)}")
    for part in ("minibatch", "generator"):
        found, expected = getattr(state, part), getattr(like, part)
        if (found.shape, found.dtype) != (expected.shape, expected.dtype):
            raise InvalidState(f"the {part} of step {state.step} has shape {list(found.shape)}, {found.dtype}")
    try:
        torch.Generator().set_state(state.generator)
    except RuntimeError as error:
        raise InvalidState(f"the generator of step {state.step} cannot be used: {error}") from None
