"""A session as one file: a zip of JSON, words and safetensors, every part with its digest.

manifest.json                 the format, and SHA-256 of every other part
session.json                  name, config, where the session stands
words.txt                     the data set, as it came
log.json                      every command; log/7.safetensors: what command 7 set a parameter to
checkpoints.json              which there are; checkpoints/512.safetensors: the state of step 512
metrics.safetensors           what was recorded, by recorder, level and block
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import numpy as np
import safetensors
import safetensors.numpy
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, FailFast, Field, TypeAdapter, ValidationError

from model.checkpoints import Checkpoint
from model.config import Config
from model.dataset import parse_words
from server.errors import Invalid
from server.integrity import check_past
from server.log import Command
from server.past import Past
from server.recorded import Key
from server.schemas.commands import CommandKind
from server.schemas.sessions import DivergenceInfo
from server.store import SavedDataset, SavedSession
from server.validation import describe_errors

FORMAT = 1
MOST_PARTS = 100_000
NAMES = re.compile(
    r"manifest\.json|session\.json|words\.txt|log\.json|checkpoints\.json|metrics\.safetensors"
    r"|(?:log|checkpoints)/[0-9]{1,16}\.safetensors"
)
BLOCKS = re.compile(r"(loss|gauges|spreads)/(0|[1-9][0-9]{0,8})/(0|[1-9][0-9]{0,16})")  # Recorder, level, number
MOST_JSON_BYTES = 50_000_000  # Of a part: read, JSON takes many times its bytes.
PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _is_json(body: dict[str, Any]) -> dict[str, Any]:
    json.dumps(body, allow_nan=False)  # Raises ValueError for what JSON has no word for, and Python's reader takes.
    return body


Step = Annotated[int, Field(ge=0, le=2**48)]  # At 20 µs a step that is 178 years.
Op = Annotated[int, Field(ge=0, le=2**31 - 1)]
Origin = Annotated[str, Field(max_length=200)]  # Of a checkpoint
Moment = Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(9000, 1, 1, tzinfo=UTC))]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Manifest(_Part):
    format: Literal[1]
    digests: dict[str, str]


class _Session(_Part):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    config: Config
    dataset_name: Annotated[str, Field(min_length=1, max_length=200)]
    step: Step
    op: Op
    last_step: Step
    stopped: Annotated[str, Field(max_length=10_000)] | None
    divergence: DivergenceInfo | None


class _Command(_Part):
    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    kind: CommandKind
    step: Step
    op: Op
    body: Annotated[dict[str, Any], AfterValidator(_is_json)]
    has_tensor: bool
    given_at: Moment


class _Checkpoint(_Part):
    step: Step
    edits: Annotated[int, Field(ge=0)]
    torch: Origin
    cpu: Origin


_Log = TypeAdapter(Annotated[list[_Command], FailFast()])
_Checkpoints = TypeAdapter(Annotated[list[_Checkpoint], FailFast()])


@dataclass(frozen=True)
class Archive:
    """What an exported session's file holds."""

    name: str
    config: Config
    dataset_name: str
    words: bytes
    past: Past


def write_archive(session: SavedSession, dataset: SavedDataset) -> bytes:
    """A session, with its words, as a file."""
    info = session.info
    about = _Session(
        name=info.name,
        config=info.config,
        dataset_name=dataset.info.name,
        step=info.position.step,
        op=info.position.op,
        last_step=info.last_step,
        stopped=info.stopped,
        divergence=info.divergence,
    )
    log = [
        _Command(
            **{k: v for k, v in vars(each).items() if k not in ("tensor", "key")}, has_tensor=each.tensor is not None
        )
        for each in session.commands
    ]
    kept = [
        _Checkpoint(step=each.step, edits=each.edits, torch=each.torch, cpu=each.cpu) for each in session.checkpoints
    ]
    blocks = {"/".join(map(str, key)): np.frombuffer(content, "<f8") for key, content in session.metrics.items()}
    parts = {
        "session.json": about.model_dump_json(indent=2).encode(),
        "words.txt": dataset.content,
        "log.json": _Log.dump_json(log, indent=2),
        "checkpoints.json": _Checkpoints.dump_json(kept, indent=2),
        "metrics.safetensors": safetensors.numpy.save(blocks),
    }
    parts |= {f"log/{each.number}.safetensors": each.tensor for each in session.commands if each.tensor is not None}
    parts |= {f"checkpoints/{each.step}.safetensors": each.content for each in session.checkpoints}
    manifest = _Manifest(format=FORMAT, digests={name: _digest(content) for name, content in parts.items()})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"manifest.json": manifest.model_dump_json(indent=2).encode(), **parts}.items():
            archive.writestr(name, content)
    return file.getvalue()


def read_archive(content: bytes, max_bytes: int) -> Archive:
    """What `write_archive` wrote. Raises Invalid where anything is missing, altered, too large or not of a session."""
    parts = _unpacked(content, max_bytes)
    try:
        _check_digests(parts)
        about = _Session.model_validate_json(parts["session.json"])
        commands = [_command(each, parts) for each in _Log.validate_json(parts["log.json"])]
        checkpoints = [_checkpoint(each, parts) for each in _Checkpoints.validate_json(parts["checkpoints.json"])]
        past = Past(
            commands=commands,
            checkpoints=checkpoints,
            metrics=_metrics(parts["metrics.safetensors"]),
            last_step=about.last_step,
            step=about.step,
            op=about.op,
            stopped=about.stopped,
            divergence=about.divergence,
            verify=True,
        )
        check_past(past, about.config, parse_words(parts["words.txt"], about.dataset_name))
    except ValidationError as error:
        raise _refusal(describe_errors(error.errors())) from None
    except KeyError as error:
        raise _refusal(f"{error.args[0]} is missing") from None
    except (ValueError, TypeError, safetensors.SafetensorError) as error:
        raise _refusal(str(error)) from None
    return Archive(about.name, about.config, about.dataset_name, parts["words.txt"], past)


def _unpacked(content: bytes, max_bytes: int) -> dict[str, bytes]:
    """All parts by name, nothing of them written anywhere."""
    if content.count(b"PK\x01\x02") > MOST_PARTS:  # Before zipfile makes an object of each
        raise _refusal("it holds too many parts")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, max_bytes)
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise _refusal(f"it is truncated or damaged ({error})") from None


def _check_entries(entries: list[zipfile.ZipInfo], max_bytes: int) -> None:
    strange = next((entry.filename for entry in entries if not NAMES.fullmatch(entry.filename)), None)
    if strange is not None:
        raise _refusal(f"it holds {strange!r}, which no exported session has")
    if len({entry.filename for entry in entries}) < len(entries):
        raise _refusal("it holds one of its parts twice")
    if any(entry.compress_type not in PACKED_BY for entry in entries):
        raise _refusal("it is packed in another way than exported sessions are")
    size = sum(entry.file_size for entry in entries)
    if size > max_bytes:
        raise _refusal(f"unpacked it takes {size:,} bytes; at most {max_bytes:,} are allowed")
    largest = max((entry.file_size for entry in entries if entry.filename.endswith(".json")), default=0)
    if largest > MOST_JSON_BYTES:
        raise _refusal(f"one of its JSON parts takes {largest:,} bytes; at most {MOST_JSON_BYTES:,} are allowed")


def _check_digests(parts: dict[str, bytes]) -> None:
    manifest = _Manifest.model_validate_json(parts["manifest.json"])
    found = {name: _digest(content) for name, content in parts.items() if name != "manifest.json"}
    for name in sorted(found.keys() | manifest.digests.keys()):
        if found.get(name) != manifest.digests.get(name):
            raise ValueError(f"{name} is missing or was altered")


def _command(each: _Command, parts: dict[str, bytes]) -> Command:
    tensor = parts[f"log/{each.number}.safetensors"] if each.has_tensor else None
    return Command(each.number, each.kind, each.step, each.op, each.body, tensor, each.given_at)


def _checkpoint(each: _Checkpoint, parts: dict[str, bytes]) -> Checkpoint:
    return Checkpoint(each.step, each.edits, parts[f"checkpoints/{each.step}.safetensors"], each.torch, each.cpu)


def _metrics(content: bytes) -> dict[Key, bytes]:
    blocks: dict[Key, bytes] = {}
    for name, block in safetensors.numpy.load(content).items():
        key = BLOCKS.fullmatch(name)
        if key is None or block.dtype != np.float64:
            raise ValueError(f"metrics.safetensors has {name!r}, which nothing recorded")
        blocks[key[1], int(key[2]), int(key[3])] = block.astype("<f8").tobytes()
    return blocks


def _refusal(reason: str) -> Invalid:
    return Invalid(f"the file cannot be imported: {reason}. Export the session again, and import that file as it is")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
