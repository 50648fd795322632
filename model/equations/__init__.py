"""How one cell of a tensor comes about: equations as they are written on paper, read once and then computed with.

`dW[i,o] = Σ_b x[b,i] · dy[b,o]` is at once what is shown, what is computed, and what tells which cells it is made of.
"""

from model.equations.reading import read_equation
from model.equations.syntax import Equation

__all__ = ["Equation", "read_equation"]
