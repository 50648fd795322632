"""Words, their vocabulary, their split, and the examples made from them."""

import random
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

NAMES_FILE = Path(__file__).parent / "data" / "names.txt"
MAX_BYTES = 10_000_000
END = "."  # Number 0 of every vocabulary: stands before a word's first character and after its last.

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")


class InvalidWords(ValueError):
    """The text is no list of words to learn from; the message says why and what is allowed."""


@dataclass(frozen=True)
class Examples:
    """Contexts and the character that follows each."""

    contexts: Int[Tensor, "N T"]  # int32: half the memory, and many examples are kept
    targets: Int[Tensor, "N"]

    def __len__(self) -> int:
        return len(self.targets)

    def batch(self, chosen: Int[Tensor, "B"]) -> dict[str, Tensor]:
        """The examples of these numbers as a minibatch: `Xb` (B T) and `Yb` (B), int64."""
        return {"Xb": self.contexts[chosen].long(), "Yb": self.targets[chosen]}


@dataclass(frozen=True)
class Dataset:
    """Words as they came, and their vocabulary: the sorted distinct characters after `.`, number 0."""

    name: str
    words: tuple[str, ...]
    characters: tuple[str, ...]

    def split(self, seed: int) -> dict[Split, list[str]]:
        """Shuffle the words with `seed`: first 80 % training, next 10 % validation, the rest test."""
        words = list(self.words)
        random.Random(seed).shuffle(words)
        first, second = int(0.8 * len(words)), int(0.9 * len(words))
        return {"train": words[:first], "validation": words[first:second], "test": words[second:]}

    def split_of(self, words: list[str], seed: int) -> list[Split | None]:
        """The first split that each word stands in; None for a word that is new."""
        wanted = set(words)
        found: dict[str, Split] = {}
        for split, members in self.split(seed).items():
            for word in wanted.intersection(members):
                found.setdefault(word, split)
        return [found.get(word) for word in words]

    def occurrences(self) -> list[int]:
        """How often each character stands in the words; number 0 twice a word, at its start and its end."""
        counts = Counter("".join(self.words))
        counts[END] = 2 * len(self.words)
        return [counts[character] for character in self.characters]

    def encode(self, text: str) -> list[int]:
        """Numbers of the characters. Raises InvalidWords for one that is not in the vocabulary."""
        numbers = {character: number for number, character in enumerate(self.characters)}
        unknown = sorted(set(text) - set(numbers))
        if unknown:
            raise InvalidWords(f"{unknown[0]!r} is not in the data set's vocabulary: {''.join(self.characters)}")
        return [numbers[character] for character in text]

    def examples(self, words: list[str], context_length: int) -> Examples:
        """One example per character of each of these words and one for its end, in order."""
        # Each word's block is T ends, the word, and one end; the windows of length T + 1 inside one block are
        # its examples, and those that begin near a block's end would reach into the next word.
        width = context_length + 1
        padding = END * context_length
        numbers = self._numbers("".join(f"{padding}{word}{END}" for word in words))
        if not words:
            return Examples(torch.zeros((0, context_length), dtype=torch.int32), torch.zeros(0, dtype=torch.int64))
        lengths = np.array([len(word) for word in words])
        starts = np.cumsum(lengths + width) - (lengths + width)
        begins = np.zeros(len(numbers) + 1, dtype=np.int8)
        np.add.at(begins, starts, 1)
        np.add.at(begins, starts + lengths + 1, -1)
        windows = np.lib.stride_tricks.sliding_window_view(numbers, width)
        inside = np.cumsum(begins, dtype=np.int8)[: len(windows)] == 1
        return Examples(torch.from_numpy(windows[inside, :-1]), torch.from_numpy(windows[inside, -1]).long())

    def _numbers(self, text: str) -> NDArray[np.int32]:
        """Numbers of characters that are all in the vocabulary, without a Python object for each."""
        points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
        vocabulary = np.array([ord(character) for character in self.characters], dtype=np.uint32)
        order = np.argsort(vocabulary)
        return order[np.searchsorted(vocabulary[order], points)].astype(np.int32)


def parse_words(content: bytes, name: str) -> Dataset:
    """Read UTF-8 words, one a line; order and duplicates are kept, blank lines and outer spaces are not.

    Raises InvalidWords where the text is empty, binary, over 10 MB, all one word, or has a `.` in a word.
    """
    if len(content) > MAX_BYTES:
        raise InvalidWords(f"the words take {len(content):,} bytes; at most {MAX_BYTES:,} are allowed")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidWords(f"byte {error.start} is not UTF-8 text; send plain text, one word a line") from None
    words = tuple(word for line in text.splitlines() if (word := line.strip()))
    if not words:
        raise InvalidWords("there are no words; send plain text, one word a line")
    for number, word in enumerate(words, start=1):
        if END in word:
            raise InvalidWords(f"word {number}, {word!r}, has a {END!r}, which marks a word's start and end")
        if any(unicodedata.category(character) == "Cc" for character in word):
            raise InvalidWords(f"word {number} has control characters; send plain text, one word a line")
    if len(set(words)) == 1:
        raise InvalidWords(f"all {len(words)} words are {words[0]!r}; there is nothing to learn from words all alike")
    return Dataset(name=name, words=words, characters=(END, *sorted(set("".join(words)))))


def load_names() -> Dataset:
    """The default data set: the names given to babies in the United States in 2017."""
    return parse_words(NAMES_FILE.read_bytes(), name="names")
