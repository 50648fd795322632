"""What is recorded while training: metrics over steps, handed out in as many points as are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 10_000
CAPACITY = 2**20  # So many of the newest steps are kept one by one.
FAN_OUT = 16  # A bucket is made of so many of the level below.
DETAIL = 8  # A bucket of an answer is made of at least so many, where it is not made of single values.
BLOCK = 256  # So many buckets of a level are allocated at once; a multiple of FAN_OUT.


@dataclass(frozen=True)
class Buckets:
    """Steps in order, several to a bucket where there are more steps than points."""

    step: list[int]
    mean: list[float]
    min: list[float]
    max: list[float]


class Recorder:
    """Metrics over steps, a column each; one thread may record while others read.

    It is a pyramid: level 0 are the values, level k has sum, least and greatest of every 16^k. Level 0 keeps the newest
    `capacity` steps, a coarser level an eighth as many buckets, and what is older is told by the next coarser level.
    With a value at every step a column takes at most 8.4 MB and 3.2 MB a coarser level: 10 MB after 10^6 steps, 18 MB
    after 10^9, less than 50 MB after 2^63; with one at every tenth step about a tenth. It begins with 2 kB and grows
    with what is recorded. All is float64, so that whatever is recorded comes back as it was.
    """

    def __init__(self, columns: int = 1, every: int = 1, capacity: int = CAPACITY) -> None:
        """Record so many metrics at every `every`-th step. At least 1024 values are kept, however small `capacity`."""
        self._columns = columns
        self._every = every
        self._kept = max(capacity // every, 1024)
        self._levels = [_Level(1, columns, self._kept)]
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of memory that values and buckets take."""
        return sum(block.nbytes for level in self._levels for block in level.blocks)

    def record(self, step: int, values: NDArray[np.floating]) -> None:
        """Keep the values (steps × columns) of `step`, `step + every`, …, in place of those recorded before for them.

        Steps that are passed over count as NaN. A step so old that its own value is kept no longer stays as it was.
        """
        assert step % self._every == 0, f"step {step} is not a multiple of {self._every}"
        assert values.shape[1:] == (self._columns,), f"values of shape {values.shape} are not steps × {self._columns}"
        at_once = self._kept // 4  # More might push values out of a level before they are summed up in the next.
        with self._lock:
            first = step // self._every
            for begin in range(max(self._levels[0].start - first, 0), len(values), at_once):
                self._pass_over(first + begin)
                self._write(0, first + begin, values[begin : begin + at_once].T[np.newaxis])  # 1,C,S

    def buckets(self, column: int, first: int, last: int, points: int) -> Buckets:
        """Steps `first` to `last`, both included, in at most `points` buckets of nearly equal size.

        A bucket goes from its step up to the next one's. Its mean is NaN where one of its values is; its least and
        greatest are those of the others. Sizes differ from the average by less than one value, or by an eighth where
        they are large. Where steps are kept no longer one by one, buckets are as large as those kept instead, and the
        outermost ones may reach beyond `first` and `last`.
        """
        begin = max(-(-first // self._every), 0)
        with self._lock:
            end = min(last // self._every + 1, self._levels[0].end)
            if begin >= end:
                return Buckets([], [], [], [])
            points = min(points, end - begin)
            level = 0
            while DETAIL * FAN_OUT ** (level + 1) * points <= end - begin:
                level += 1
            pieces = self._cover(level, begin, end)
            total, least, greatest = self._read(pieces, column)
        places, edges = _split(pieces, begin + np.arange(points) * (end - begin) // points)
        with np.errstate(invalid="ignore", over="ignore"):  # Infinities may be among them.
            return Buckets(
                step=(edges[:-1] * self._every).tolist(),
                mean=(np.add.reduceat(total, places) / np.diff(edges)).tolist(),
                min=np.fmin.reduceat(least, places).tolist(),
                max=np.fmax.reduceat(greatest, places).tolist(),
            )

    # Below, values are counted instead of steps: the n-th is that of step n × every.

    def _write(self, level: int, first: int, buckets: NDArray[np.floating]) -> None:
        """Write buckets of a level, and those of the levels above that are completed or changed by them."""
        this = self._levels[level]
        this.write(first, buckets)
        end = min(-(-(first + buckets.shape[-1]) // FAN_OUT), this.end // FAN_OUT)
        first //= FAN_OUT
        if first < end:
            self._above(level)
            below = _Piece(level, first * FAN_OUT, end * FAN_OUT)
            self._write(level + 1, first, _summed_up(self._read([below])))

    def _read(self, pieces: "list[_Piece]", columns: int | slice = slice(None)) -> NDArray[np.float64]:
        """Sum, least and greatest × columns × buckets of the pieces; a value by itself is all three."""
        parts = [part[:, columns] for level, first, end in pieces for part in self._levels[level].parts(first, end)]
        if any(piece.level for piece in pieces):
            parts = [np.broadcast_to(part, (3, *part.shape[1:])) if len(part) == 1 else part for part in parts]
        buckets = np.concatenate(parts, axis=-1)
        return np.broadcast_to(buckets, (3, *buckets.shape[1:]))

    def _pass_over(self, end: int) -> None:
        """Let all that was not recorded before `end` be NaN, at no more cost than what is kept of it."""
        level, this = 0, self._levels[0]
        while this.end < end:
            # First complete the bucket under way, so that what it holds is summed up before it may be let go.
            completed = min(-(-this.end // FAN_OUT) * FAN_OUT, end)
            self._write(level, this.end, np.full((1, 1, completed - this.end), np.nan))
            this.reach(end)
            level, this, end = level + 1, self._above(level), end // FAN_OUT

    def _above(self, level: int) -> "_Level":
        if level + 1 == len(self._levels):
            self._levels.append(_Level(3, self._columns, self._kept // 8))
        return self._levels[level + 1]

    def _cover(self, level: int, begin: int, end: int) -> "list[_Piece]":
        """The values from `begin` up to `end`: in whole buckets of a level, and in finer ones at the ragged edges."""
        if begin >= end:
            return []
        size = FAN_OUT**level
        kept_from = self._levels[level].start * size
        if begin < kept_from:  # Coarser buckets tell what is older, though they may be more than was asked for.
            coarser = size * FAN_OUT
            older = begin // coarser * coarser, -(-min(end, kept_from) // coarser) * coarser
            return self._cover(level + 1, *older) + self._cover(level, kept_from, end)
        first, last = -(-begin // size), end // size
        if first >= last:
            return self._cover(level - 1, begin, end)
        whole = _Piece(level, first, last)
        return [*self._cover(level - 1, begin, first * size), whole, *self._cover(level - 1, last * size, end)]


class _Piece(NamedTuple):
    """Buckets of a level from `first` up to `end`."""

    level: int
    first: int
    end: int


class _Level:
    """Buckets of one size: the newest `kept` of them and up to two blocks more. A block is never moved or copied."""

    def __init__(self, rows: int, columns: int, kept: int) -> None:
        self.start = 0  # A multiple of BLOCK: what a bucket above is made of is here altogether or not at all.
        self.end = 0
        self._shape = (rows, columns, BLOCK)
        self._kept = kept
        self.blocks: list[NDArray[np.float64]] = []

    def write(self, first: int, buckets: NDArray[np.floating]) -> None:
        end = first + buckets.shape[-1]
        self.reach(end)
        written = 0
        for part in self.parts(first, end):
            part[:] = buckets[..., written : written + part.shape[-1]]
            written += part.shape[-1]

    def reach(self, end: int) -> None:
        """Have buckets up to `end`, the new ones NaN, and let the oldest go where there are too many."""
        if end > self.start + len(self.blocks) * BLOCK:
            start = max(self.start, (end - self._kept) // BLOCK * BLOCK)
            del self.blocks[: (start - self.start) // BLOCK]
            self.start = start
            while end > self.start + len(self.blocks) * BLOCK:
                self.blocks.append(np.full(self._shape, np.nan))
        self.end = max(self.end, end)

    def parts(self, first: int, end: int) -> Iterator[NDArray[np.float64]]:
        """Buckets `first` up to `end`, as they are kept: parts of blocks."""
        for begin in range(first // BLOCK * BLOCK, end, BLOCK):
            yield self.blocks[(begin - self.start) // BLOCK][..., max(first - begin, 0) : end - begin]


def _summed_up(buckets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every 16 buckets as one."""
    starts = np.arange(0, buckets.shape[-1], FAN_OUT)
    with np.errstate(invalid="ignore", over="ignore"):
        rows = zip((np.add, np.fmin, np.fmax), buckets, strict=True)
        return np.stack([function.reduceat(row, starts, axis=-1) for function, row in rows])  # 3,C,N


def _split(pieces: list[_Piece], wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split the pieces' buckets, counted through, at those that hold the wanted values.

    Returns the places of these buckets, and the values that they begin with, followed by the end of all.
    """
    levels, firsts, ends = np.array(pieces).T
    sizes = FAN_OUT**levels
    begins = firsts * sizes
    counted_before = np.cumsum(ends - firsts) - (ends - firsts)
    piece = np.searchsorted(begins, wanted, side="right") - 1
    inside = (wanted - begins[piece]) // sizes[piece]
    places = counted_before[piece] + inside
    edges = begins[piece] + inside * sizes[piece]
    distinct = np.diff(places, prepend=-1) > 0  # A coarse bucket may hold several.
    return places[distinct], np.append(edges[distinct], ends[-1] * sizes[-1])
