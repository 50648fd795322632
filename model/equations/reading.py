"""From an equation's text to its tree."""

import re
from functools import cache

from model.equations.syntax import (
    Apply,
    Equation,
    Indicator,
    Largest,
    Letter,
    Node,
    Number,
    Power,
    Product,
    Ref,
    Size,
    Split,
    Sum,
    Total,
)

FUNCTIONS = ("tanh", "exp", "ln")
# `_` belongs to a name, but for the one after Σ and max, which says what they run over.
TOKEN = re.compile(r"\s*(\d+e[-−]\d+|\d+(?:\.\d+)?|Σ_|argmax_|max_|[A-Za-z]\w*|//|[²\[\](){},:=+−·/%^])")


class NotAnEquation(ValueError):
    """A text that cannot be read; the message says where."""


@cache
def read_equation(text: str) -> Equation:
    """The tree of an equation such as `dW[i,o] = Σ_b x[b,i] · dy[b,o]`. Raises NotAnEquation."""
    reader = _Reader(text)
    left = reader.atom()
    if not isinstance(left, Ref):
        raise NotAnEquation(f"{text!r}: on the left stands no cell of a tensor")
    reader.expect("=")
    right = reader.total()
    reader.expect("")
    return Equation(left, right)


class _Reader:
    """One token after the other; each method reads what it is named after."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [match.group(1) for match in TOKEN.finditer(text)]
        if "".join(self.tokens) != "".join(text.split()):
            raise NotAnEquation(f"{text!r}: some of it means nothing here")
        self.place = 0

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.place += 1
        return token

    def takes(self, token: str) -> bool:
        found = self.next == token
        self.place += found
        return found

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise NotAnEquation(f"{self.text!r}: token {self.place} should be {token or 'the end'!r}")

    def total(self) -> Node:
        addends = [(self.product(), True) if self.takes("−") else (self.product(), False)]
        while self.next in ("+", "−"):
            subtracted = self.take() == "−"
            addends.append((self.product(), subtracted))
        return addends[0][0] if addends == [(addends[0][0], False)] else Total(tuple(addends))

    def product(self) -> Node:
        factors = [(self.power(), False)]
        while self.next in ("·", "/"):
            divided = self.take() == "/"
            factors.append((self.power(), divided))
        return factors[0][0] if len(factors) == 1 else Product(tuple(factors))

    def power(self) -> Node:
        base = self.atom()
        if self.takes("²"):
            return Power(base, Number(2.0, "2"))
        return Power(base, self.number()) if self.takes("^") else base

    def number(self) -> Number:
        sign = "−" if self.takes("−") else ""
        text = sign + self.take()
        return Number(float(text.replace("−", "-")), text)

    def atom(self) -> Node:
        token = self.next
        if token[:1].isdigit():
            return self.number()
        self.take()
        match token:
            case "(":
                inner = self.total()
                self.expect(")")
                return inner
            case "[":
                return self.indicator()
            case "Σ_":
                return self.sum()
            case "max_" | "argmax_":
                return Largest(self.take(), self.power(), token == "argmax_")
        if token in FUNCTIONS:
            self.expect("(")
            argument = self.total()
            self.expect(")")
            return Apply(token, argument)
        if self.takes("["):
            return Ref(token, self.indices())
        if len(token) == 1 and token.isupper():
            return Size(token)
        if not token.isalpha():
            raise NotAnEquation(f"{self.text!r}: {token or 'the end'!r} has no place here")
        return Letter(token)

    def indicator(self) -> Indicator:
        index = Letter(self.take())
        self.expect("=")
        other = self.power()
        self.expect("]")
        return Indicator(index, other)

    def sum(self) -> Sum:
        if not self.takes("{"):
            return Sum((self.take(),), None, self.product())
        letters = [self.take()]
        while self.takes(","):
            letters.append(self.take())
        condition = None
        if self.takes(":"):
            entry = self.atom()
            self.expect("=")
            if not isinstance(entry, Ref):
                raise NotAnEquation(f"{self.text!r}: a sum's condition begins with a cell of a tensor")
            condition = (entry, Letter(self.take()))
        self.expect("}")
        return Sum(tuple(letters), condition, self.product())

    def indices(self) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self.takes("]"):
            found.append(self.index())
            if self.next != "]":
                self.expect(",")
        return tuple(found)

    def index(self) -> Node:
        index = self.total()
        if isinstance(index, Letter) and self.next in ("//", "%"):
            remainder = self.take() == "%"
            return Split(index, Size(self.take()), remainder)
        return index
