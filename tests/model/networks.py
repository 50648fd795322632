"""The kinds of network there are, to loop over."""

import itertools
from typing import Any

from model.architecture import build_network
from model.config import Config
from model.network import Network

BATCH_NORMS = ("none", "hidden", "all")
GRANULARITIES = ("atomic", "fused")
SIZES = ((64,), (33, 17), (12, 12, 12, 12, 12))
KINDS = list(itertools.product(GRANULARITIES, BATCH_NORMS, SIZES))


def kind_name(kind: object) -> str | None:
    return "x".join(map(str, kind)) if isinstance(kind, tuple) else None


def config_of(granularity: str, batch_norm: str, sizes: tuple[int, ...], **training: Any) -> Config:
    model = {"granularity": granularity, "batch_norm": batch_norm, "hidden_sizes": sizes}
    return Config.model_validate({"model": model, "training": training})


def network_of(config: Config, vocabulary: int = 27) -> Network:
    return build_network(
        config.model,
        batch_size=config.training.batch_size,
        context_length=config.data.context_length,
        vocabulary=vocabulary,
    )
