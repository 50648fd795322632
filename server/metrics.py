"""What is recorded while training: metrics over steps, handed out in as many points as are asked for."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 10_000
CAPACITY = 2**20  # So many of the newest steps are kept one by one.
FAN_OUT = 16  # A bucket is made of so many of the level below.
DETAIL = 8  # A bucket of an answer is made of at least so many, where it is not made of single values.
BLOCK = 256  # So many buckets of a level are allocated, and saved, at once; a multiple of FAN_OUT.

BlockKey = tuple[int, int]  # The level, and the block's number in it.
Key = TypeVar("Key")


@dataclass(frozen=True)
class Buckets:
    """Steps in order, several to a bucket where there are more steps than points."""

    step: list[int]
    mean: list[float]
    min: list[float]
    max: list[float]


@dataclass(frozen=True)
class Changes(Generic[Key]):
    """Blocks to save, altogether or not at all, so that what is saved is what is recorded.

    A block is saved as rows × columns × buckets, float64, little-endian; of the last one, the buckets that there are.
    """

    written: Mapping[Key, bytes]
    removed: frozenset[Key]


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
        with self._lock:
            return sum(block.nbytes for level in self._levels for block in level.blocks.values())

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

    def cut(self, step: int) -> None:
        """Forget what was recorded after `step`, as if it had never been; steps passed over before it stay NaN.

        Detail that was let go does not come back: where no value up to `step` is kept any longer, the last 256 at most
        count as passed over, and so do buckets of every size of which none is kept. Larger ones stay as they were.
        """
        end = step // self._every + 1
        with self._lock:
            for level in self._levels:
                level.cut(end)
                end //= FAN_OUT  # A bucket that reaches beyond goes altogether: it is not completed yet.

    def copy(self) -> "Recorder":
        """A recorder that goes on from here on its own, all of its blocks still to be saved."""
        copy = Recorder(self._columns, self._every, self._kept * self._every)
        with self._lock:
            copy._levels = deepcopy(self._levels)
        for level in copy._levels:
            level.changed, level.saved = set(level.blocks), set()
        return copy

    def take_changes(self) -> Changes[BlockKey]:
        """What is to be saved: all that changed since changes were last taken."""
        with self._lock:
            taken = list(enumerate([level.take_changes() for level in self._levels]))
        return Changes(
            written={(level, number): content for level, part in taken for number, content in part.written.items()},
            removed=frozenset((level, number) for level, part in taken for number in part.removed),
        )

    def give_back(self, level: int, number: int) -> None:
        """Count a block that was taken, and could not be saved, as changed again."""
        with self._lock:
            self._levels[level].give_back(number)

    def restore(self, blocks: Mapping[BlockKey, bytes]) -> None:
        """Be, from the outset, as a recorder made like this one was when these, all of its blocks, were saved."""
        with self._lock:
            assert not self._levels[0].end, "something is recorded already"
            for (level, number), content in sorted(blocks.items()):
                self._level(level).restore(number, content)

    # Below, values are counted instead of steps: the n-th is that of step n × every.

    def _write(self, level: int, first: int, buckets: NDArray[np.floating]) -> None:
        """Write buckets of a level, and those of the levels above that are completed or changed by them."""
        this = self._level(level)
        this.write(first, buckets)
        end = min(-(-(first + buckets.shape[-1]) // FAN_OUT), this.end // FAN_OUT)
        first //= FAN_OUT
        if first < end:
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
            level, this, end = level + 1, self._level(level + 1), end // FAN_OUT

    def _level(self, level: int) -> "_Level":
        """A level, which begins when it is first asked for; levels follow each other."""
        if level == len(self._levels):
            self._levels.append(_Level(3, self._columns, self._kept // 8))
        return self._levels[level]

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
    """Buckets of one size: the newest `kept` of them and up to two blocks more. A block is never moved."""

    def __init__(self, rows: int, columns: int, kept: int) -> None:
        self.start = 0  # A multiple of BLOCK: what a bucket above is made of is here altogether or not at all.
        self.end = 0
        self._shape = (rows, columns, BLOCK)
        self._kept = kept
        self.blocks: dict[int, NDArray[np.float64]] = {}  # From `start` up to `end`; what is behind `end` is NaN.
        self.changed: set[int] = set()  # Those of them that have to be saved.
        self.saved: set[int] = set()  # Blocks that are saved, whether here still or not.

    def write(self, first: int, buckets: NDArray[np.floating]) -> None:
        end = first + buckets.shape[-1]
        self.reach(end)
        self.changed.update(range(first // BLOCK, -(-end // BLOCK)))
        written = 0
        for part in self.parts(first, end):
            part[:] = buckets[..., written : written + part.shape[-1]]
            written += part.shape[-1]

    def reach(self, end: int) -> None:
        """Have buckets up to `end`, the new ones NaN, and let the oldest go where there are too many."""
        allocated = self.start + len(self.blocks) * BLOCK
        if end > allocated:
            start = max(self.start, (end - self._kept) // BLOCK * BLOCK)
            self._remove(self.start, min(start, allocated))
            self.start = start
            for number in range(max(start, allocated) // BLOCK, -(-end // BLOCK)):
                self.blocks[number] = np.full(self._shape, np.nan)
        if end > self.end:
            self.changed.update(range(max(self.start, self.end) // BLOCK, -(-end // BLOCK)))
            self.end = end

    def cut(self, end: int) -> None:
        """Let the buckets from `end` on go. If none remain, the last block before has its place, and is NaN."""
        if end < self.end:
            self._remove(max(self.start, end), self.end)
            if end <= self.start:
                self.start = self.end = max(end - 1, 0) // BLOCK * BLOCK
                self.reach(end)
            else:
                self.write(end, np.full((1, 1, -end % BLOCK), np.nan))
                self.end = end

    def _remove(self, first: int, end: int) -> None:
        """Remove the blocks that begin from `first` up to `end`."""
        for number in range(-(-first // BLOCK), -(-end // BLOCK)):
            del self.blocks[number]
            self.changed.discard(number)

    def parts(self, first: int, end: int) -> Iterator[NDArray[np.float64]]:
        """Buckets `first` up to `end`, as they are kept: parts of blocks."""
        for begin in range(first // BLOCK * BLOCK, end, BLOCK):
            yield self.blocks[begin // BLOCK][..., max(first - begin, 0) : end - begin]

    def take_changes(self) -> Changes[int]:
        """What changed, by the block's number; from now on it counts as saved."""
        written = {}
        for number in self.changed:
            [part] = self.parts(number * BLOCK, min((number + 1) * BLOCK, self.end))
            written[number] = part.astype("<f8").tobytes()
        removed = frozenset(self.saved - self.blocks.keys())
        self.changed, self.saved = set(), set(self.blocks)
        return Changes(written, removed)

    def give_back(self, number: int) -> None:
        self.saved.add(number)  # Or never was, which does not matter.
        if number in self.blocks:
            self.changed.add(number)

    def restore(self, number: int, content: bytes) -> None:
        """Append a block as it was saved."""
        buckets = np.frombuffer(content, "<f8").reshape(*self._shape[:2], -1)
        if not self.blocks:
            self.start = number * BLOCK
        self.end = number * BLOCK + buckets.shape[-1]
        self.blocks[number] = np.full(self._shape, np.nan)
        self.blocks[number][..., : buckets.shape[-1]] = buckets
        self.saved.add(number)


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
