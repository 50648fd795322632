"""Why this cell? Any cell of any tensor taken apart into the sum that made it, with its numbers."""

from model.explanations.explanation import Explanation, explain
from model.explanations.given import Update
from model.explanations.line import Factor, Line, Term

__all__ = ["Explanation", "Factor", "Line", "Term", "Update", "explain"]
