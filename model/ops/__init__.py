"""The op table: every line of the forward pass with its hand-written backward, one entry each.

Nothing else in the project knows how an op is computed, differentiated, written or drawn.
"""

from collections.abc import Mapping

from model.ops.activation import ACTIVATION_OPS
from model.ops.batch_norm import BATCH_NORM_OPS
from model.ops.broadcasting import BROADCASTING_OPS
from model.ops.cross_entropy import CROSS_ENTROPY_OPS
from model.ops.embedding import EMBEDDING_OPS
from model.ops.linear import LINEAR_OPS
from model.ops.op import Backward, Op, Remark
from model.ops.sources import Source

OPS: Mapping[str, Op] = {
    **EMBEDDING_OPS,
    **LINEAR_OPS,
    **BROADCASTING_OPS,
    **BATCH_NORM_OPS,
    **ACTIVATION_OPS,
    **CROSS_ENTROPY_OPS,
}

__all__ = ["OPS", "Backward", "Op", "Remark", "Source"]
