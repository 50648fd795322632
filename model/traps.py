"""Traps: what people get wrong in backpropagation, planted on purpose. Each is one entry of one table.

An armed trap takes the place of rules of the op table while a tape is recorded; the op table itself stays right. So
verification, which asks autograd, finds it wherever it does harm.
"""

from collections.abc import Mapping

from model.mistakes.accumulation import ACCUMULATION
from model.mistakes.batch_norm import BATCH_NORM
from model.mistakes.loss import LOSS
from model.mistakes.masked import MASKED
from model.mistakes.rounding import ROUNDING
from model.mistakes.scale import SCALE
from model.mistakes.starts import STARTS
from model.trap import Trap

TRAPS: Mapping[str, Trap] = {
    **ACCUMULATION,
    **BATCH_NORM,
    **MASKED,
    **LOSS,
    **ROUNDING,
    **SCALE,
    **STARTS,
}
