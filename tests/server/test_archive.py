import hashlib
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from functools import cache

import pytest
import torch

import server.archive
from model.config import Config, DataConfig, ModelConfig, TrainingConfig
from server.archive import Archive, read_archive, write_archive
from server.errors import Invalid
from server.schemas.commands import RunWanted
from server.schemas.training import ClippingInfo, TrainingChange
from server.session import Session
from server.store import SavedDataset, SavedSession
from tests.server.archives import MANIFEST, packed, sealed, unpacked, with_json
from tests.server.sessions import CONTENT, INFO, new_session, new_store

CONFIG = Config(
    name="größe",
    data=DataConfig(context_length=2),
    model=ModelConfig(embedding_size=2, hidden_sizes=(3,), granularity="fused"),
    training=TrainingConfig(batch_size=4, engine="tape"),
)
MOST_BYTES = 10_000_000


def finish(session: Session) -> None:
    while session.seconds_until_due() is not None:
        session.burst()


@cache
def saved() -> SavedSession:
    """One to which much has happened: every kind of command, several checkpoints, and a past beyond where it stands."""
    store = new_store()
    session = new_session(CONFIG, store=store)
    session.start(RunWanted(until_step=300))
    finish(session)
    session.set_parameter("b1", torch.tensor([0.5, -0.0, 1e-42]))
    session.change_training(TrainingChange(learning_rate=0.05, clipping=ClippingInfo(by="norm", threshold=1.0)))
    session.advance("step", 20)
    finish(session)
    session.advance("step", -10)
    finish(session)
    session.change_training(TrainingChange(learning_rate=0.02), later="discard")
    session.advance("pass", 3)
    finish(session)
    session.advance("step", -12)
    finish(session)
    session.keep()
    return store.session(session.id).result()


@cache
def exported() -> bytes:
    return write_archive(saved(), SavedDataset(INFO, CONTENT))


def parts() -> dict[str, bytes]:
    return unpacked(exported())


def read(content: bytes) -> Archive:
    return read_archive(content, MOST_BYTES)


def refusal_of(content: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        read(content)
    assert str(refusal.value).startswith("the file cannot be imported: ")
    return str(refusal.value)


# ── There and back ──


def test_a_session_comes_back_from_its_file_bit_for_bit() -> None:
    archive, session = read(exported()), saved()
    assert (archive.name, archive.config, archive.dataset_name) == ("größe", session.info.config, INFO.name)
    assert archive.words == CONTENT
    assert archive.past.commands == session.commands
    assert archive.past.checkpoints == session.checkpoints
    assert archive.past.metrics == session.metrics
    assert (archive.past.step, archive.past.op) == (session.info.position.step, session.info.position.op)
    assert (archive.past.last_step, archive.past.stopped) == (session.info.last_step, session.info.stopped)
    assert archive.past.verify


def test_there_is_much_to_come_back() -> None:
    session = saved()
    kinds = {command.kind for command in session.commands}
    assert kinds == {"run", "pause", "advance", "discard", "set_parameter", "set_learning_rate", "set_clipping"}
    assert len(session.checkpoints) >= 3
    assert session.info.position.step < session.info.last_step
    assert any(level > 0 for _, level, _ in session.metrics)


def test_every_part_has_its_digest_and_is_what_it_says_it_is() -> None:
    manifest = json.loads(parts()[MANIFEST])
    assert manifest["format"] == 1
    assert manifest["digests"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in parts().items() if name != MANIFEST
    }
    for checkpoint in saved().checkpoints:
        assert manifest["digests"][f"checkpoints/{checkpoint.step}.safetensors"] == checkpoint.digest
    assert parts()["words.txt"] == CONTENT
    assert json.loads(parts()["session.json"])["config"] == CONFIG.model_dump(mode="json")


def test_a_session_to_which_nothing_happened_comes_back() -> None:
    store = new_store()
    session = new_session(CONFIG, store=store)
    session.keep()
    content = write_archive(store.session(session.id).result(), SavedDataset(INFO, CONTENT))
    assert read(content).past.commands == []


def test_what_another_program_has_packed_again_is_the_same() -> None:
    assert read(packed(parts(), zipfile.ZIP_STORED)) == read(exported())
    assert read(packed(dict(reversed(parts().items())))) == read(exported())


# ── Damaged on the way ──


def read_or_refuse(content: bytes) -> Archive | None:
    """Whatever else is raised fails the test."""
    try:
        return read(content)
    except Invalid:
        return None


def test_a_file_that_ends_too_early_is_refused() -> None:
    content = exported()
    ends = {*range(200), *range(0, len(content), 53), *range(len(content) - 1000, len(content))}
    assert [end for end in ends if read_or_refuse(content[:end]) is not None] == []


def test_a_file_of_which_a_piece_is_missing_is_refused() -> None:
    content = exported()
    begins = range(0, len(content) - 100, 97)
    assert [begin for begin in begins if read_or_refuse(content[:begin] + content[begin + 100 :]) is not None] == []


def test_a_byte_that_is_another_is_noticed_or_makes_no_difference() -> None:
    content, expected, rng = bytearray(exported()), read(exported()), random.Random(1)
    directory = content.index(b"PK\x01\x02")
    # More of them where zip keeps its book, since elsewhere checksums are over all.
    places = [*rng.sample(range(directory), 500), *rng.sample(range(directory, len(content)), 400)]
    harmless = 0
    for place in places:
        bits = rng.choice([1 << rng.randrange(8), 0xFF])
        content[place] ^= bits
        found = read_or_refuse(bytes(content))
        content[place] ^= bits
        assert found is None or found == expected, (place, bits)
        harmless += found is not None
    assert harmless < 0.3 * len(places)  # Dates, versions and attributes, which nobody reads


def test_a_byte_more_in_the_middle_is_noticed_or_makes_no_difference() -> None:
    content, expected = exported(), read(exported())
    for place in range(0, len(content), 61):
        found = read_or_refuse(content[:place] + b"\0" + content[place:])
        assert found is None or found == expected, place


@pytest.mark.parametrize(
    "content", [b"", b"no zip", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + bytes(17), bytes(10_000)]
)
def test_what_is_no_zip_or_an_empty_one_is_refused(content: bytes) -> None:
    refusal_of(content)


# ── Other parts than an export has ──


def test_a_file_without_one_of_its_parts_is_refused() -> None:
    for name in parts():
        left = {other: content for other, content in parts().items() if other != name}
        assert name in refusal_of(packed(left))
        if name != MANIFEST:
            assert name in refusal_of(sealed(left))


def test_a_part_that_was_altered_is_named() -> None:
    for name in set(parts()) - {MANIFEST}:
        altered = packed({**parts(), name: parts()[name] + b"\n"})
        assert f"{name} is missing or was altered" in refusal_of(altered)


STRANGE = [
    "/etc/passwd",
    "../session.json",
    "log/../../session.json",
    "log/../log.json",
    "C:\\session.json",
    "Session.json",
    "session.json\n",
    "log/٣.safetensors",
    "log/1e3.safetensors",
    "log/-1.safetensors",
    "log/.safetensors",
    "log/99999999999999999.safetensors",
    "notes.txt",
    "log/",
]


@pytest.mark.parametrize("name", STRANGE)
def test_a_part_that_no_export_has_is_refused(name: str) -> None:
    assert "which no exported session has" in refusal_of(sealed({**parts(), name: b"?"}))


def test_a_part_that_no_log_tells_of_makes_no_difference() -> None:
    more = {"log/999.safetensors": b"?", "checkpoints/999.safetensors": b"?"}
    assert read(sealed({**parts(), **more})) == read(exported())


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_part_that_is_there_twice_is_refused() -> None:
    file = io.BytesIO(exported())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("session.json", parts()["session.json"])
    assert "one of its parts twice" in refusal_of(file.getvalue())


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(exported())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "encrypted" in refusal_of(bytes(content))


@pytest.mark.parametrize("method", [1, 9, 12, 14, 93, 99])
def test_a_part_that_is_packed_in_another_way_is_refused(method: int) -> None:
    content = bytearray(exported())
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", content, content.index(signature) + offset, method)
    assert "it is packed in another way" in refusal_of(bytes(content))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_packs_tighter_than_an_export_does_is_refused_unread(compression: int) -> None:
    assert "it is packed in another way" in refusal_of(packed(parts(), compression))


# ── Too large ──


def test_a_file_that_says_it_unpacks_to_more_than_is_allowed_is_refused_unread() -> None:
    bomb = sealed({**parts(), "words.txt": bytes(MOST_BYTES)})
    assert len(bomb) < MOST_BYTES / 100
    assert f"at most {MOST_BYTES:,} are allowed" in refusal_of(bomb)


def test_parts_that_are_too_large_only_together_are_refused() -> None:
    many = {f"log/{number}.safetensors": bytes(MOST_BYTES // 10) for number in range(11)}
    assert f"at most {MOST_BYTES:,} are allowed" in refusal_of(sealed({**parts(), **many}))


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = packed({"words.txt": bytes(100_000_000)})
    bomb = bytearray(honest)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", bomb, bomb.index(signature) + offset, 1000)
    most = 0
    read_some = zipfile.ZipExtFile.read

    def measure(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        nonlocal most
        content = read_some(self, n)
        most = max(most, len(content))
        return content

    monkeypatch.setattr(zipfile.ZipExtFile, "read", measure)
    assert "truncated or damaged" in refusal_of(bytes(bomb))
    assert most <= 1000


def test_json_that_would_take_many_times_its_bytes_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.archive, "MOST_JSON_BYTES", 100_000)
    assert "at most 100,000 are allowed" in refusal_of(sealed({**parts(), "log.json": b"[" + b" " * 200_000 + b"]"}))


def test_more_parts_than_a_session_has_are_refused_before_they_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.archive, "MOST_PARTS", 20)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("listed"))
    assert "too many parts" in refusal_of(b"PK\x01\x02" * 21)


def test_a_long_list_of_mistakes_is_not_made() -> None:
    refusal = refusal_of(sealed({**parts(), "log.json": b"[" + b"{}," * 200_000 + b"{}]"}))
    assert len(refusal) < 2000


# ── JSON ──

Change = Callable[[dict[str, bytes]], dict[str, bytes]]


def changed(name: str, change: Callable[[object], object]) -> Change:
    return lambda before: with_json(before, name, change)


def updated(name: str, /, **fields: object) -> Change:
    """Fields of an object, or of the first of a list."""

    def update(content: object) -> object:
        if isinstance(content, list):
            return [{**content[0], **fields}, *content[1:]]
        assert isinstance(content, dict)
        return content | fields

    return changed(name, update)


def replaced(name: str, content: bytes) -> Change:
    return lambda before: {**before, name: content}


WRONG: dict[str, tuple[Change, str]] = {
    "no JSON": (replaced("session.json", b"{"), "no JSON"),
    "not UTF-8": (replaced("log.json", b'["\xff"]'), "no JSON"),
    "a list for an object": (replaced("session.json", b"[]"), "valid object|an object"),
    "an object for a list": (replaced("log.json", b"{}"), "valid array"),
    "nested deeply": (replaced("log.json", b"[" * 100_000), "no JSON"),
    "an unknown field": (updated("session.json", colour="red"), "colour"),
    "no name": (updated("session.json", name=""), "name: "),
    "a long name": (updated("session.json", name="n" * 201), "name: "),
    "a long reason": (updated("session.json", stopped="n" * 10_001), "stopped: "),
    "a wrong config": (updated("session.json", config={"training": {"batch_size": 0}}), "batch_size: "),
    "a config of an unknown field": (updated("session.json", config={"colour": "red"}), "colour"),
    "a step below 0": (updated("session.json", step=-1), "step: "),
    "a step that no session comes to": (updated("session.json", last_step=2**48 + 1), "last_step: "),
    "a step beyond any integer": (updated("session.json", step=10**40), "step: "),
    "half a step": (updated("session.json", step=1.5), "step: "),
    "an op below 0": (updated("session.json", op=-1), "op: "),
    "an op beyond any integer": (updated("session.json", op=10**40), "op: "),
    "another kind of command": (updated("log.json", kind="delete"), "kind: "),
    "a command of no number": (updated("log.json", number=0), "number: "),
    "a number beyond any integer": (updated("log.json", number=2**31), "number: "),
    "a command at an op beyond any integer": (updated("log.json", op=2**31), "op: "),
    "a body that is no object": (updated("log.json", body=[1]), "body: "),
    "a body with what JSON has no word for": (updated("log.json", body={"rate": float("nan")}), "not JSON compliant"),
    "a time without zone": (updated("log.json", given_at="2026-01-01T00:00:00"), "given_at: "),
    "a time before all time zones": (updated("log.json", given_at="0001-01-01T00:00:00+14:00"), "given_at: "),
    "a time after all time zones": (updated("log.json", given_at="9999-12-31T23:59:59-14:00"), "given_at: "),
    "a parameter that is not there": (updated("log.json", has_tensor=True), "log/1.safetensors is missing"),
    "a checkpoint that is not there": (updated("checkpoints.json", step=7), "checkpoints/7.safetensors is missing"),
    "edits below 0": (updated("checkpoints.json", edits=-1), "edits: "),
    "a long version": (updated("checkpoints.json", torch="t" * 201), "torch: "),
    "words that are none": (replaced("words.txt", b""), "there are no words"),
    "words that are not text": (replaced("words.txt", b"\xff\xff"), "UTF-8"),
    "metrics that cannot be read": (replaced("metrics.safetensors", b"?"), "header"),
}


@pytest.mark.parametrize(("change", "reason"), WRONG.values(), ids=WRONG)
def test_values_that_no_export_has_are_refused_with_the_reason(change: Change, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        read(sealed(change(parts())))


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b'{"format": 2, "digests": {}}', b'{"format": 1}', b'{"format": 1, "digests": [], "more": 1}'],
)
def test_a_manifest_of_another_format_is_refused(manifest: bytes) -> None:
    refusal_of(packed({**parts(), MANIFEST: manifest}))
