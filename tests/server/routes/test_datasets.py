from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.server.driving import strict_json
from tests.server.reference import CHARACTERS, WORDS, splits

TEXT = {"content-type": "text/plain"}
MULTIPART = {"content-type": "multipart/form-data; boundary=x"}
LIMIT = 10_000_000


def add(client: TestClient, content: bytes | str, name: str | None = None) -> Any:
    return client.post("/api/datasets", content=content, headers=TEXT, params={} if name is None else {"name": name})


def test_names_come_first(client: TestClient, dataset: str) -> None:
    listed = client.get("/api/datasets").json()
    assert (listed[0]["id"], listed[0]["words"]) == ("names", 29910)
    assert listed[0]["characters"] == [".", *"abcdefghijklmnopqrstuvwxyz"]
    assert dataset in [entry["id"] for entry in listed]


def test_words_are_counted_with_their_characters_and_examples(client: TestClient) -> None:
    answer = add(client, "\n".join(WORDS), "mine")
    assert answer.status_code == 201
    expected = {split: sum(len(word) + 1 for word in words) for split, words in splits().items()}
    assert answer.json() | {"id": "?"} == {
        "id": "?",
        "name": "mine",
        "words": len(WORDS),
        "characters": CHARACTERS,
        "occurrences": [2 * len(WORDS), *("".join(WORDS).count(character) for character in CHARACTERS[1:])],
        "examples": expected,
    }


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n", "  \n "])
def test_words_are_lines_without_what_surrounds_them(client: TestClient, separator: str) -> None:
    assert add(client, separator.join(WORDS)).json()["words"] == len(WORDS)


def test_words_may_be_in_any_script(client: TestClient) -> None:
    assert add(client, "größe\n東京\nпривет").json()["characters"] == [".", *sorted(set("größe東京привет"))]


def test_a_file_can_be_uploaded_and_gives_the_data_set_its_name(client: TestClient) -> None:
    answer = client.post("/api/datasets", files={"file": ("towns.txt", "berlin\nparis\n")})
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["words"]) == ("towns.txt", 2)


def test_an_uploaded_file_is_named_otherwise_where_that_is_asked(client: TestClient) -> None:
    answer = client.post("/api/datasets", files={"file": ("towns.txt", "berlin\nparis")}, params={"name": "towns"})
    assert answer.json()["name"] == "towns"


BAD_WORDS: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 422, "there are no words"),
    "blank": (b" \n\t\n", 422, "there are no words"),
    "binary": (bytes(range(256)), 422, "is not UTF-8 text"),
    "binary in ASCII": (b"a\x00b\nc", 422, "control characters"),
    "all alike": (b"anna\n" * 50, 422, "all 50 words are 'anna'"),
    "with the end's mark": (b"a.b\nc", 422, "marks a word's start and end"),
    "over 10 MB": (b"anna\nben\n" * (LIMIT // 9 + 1), 413, "10,000,000"),
}


@pytest.mark.parametrize(("content", "status", "said"), BAD_WORDS.values(), ids=BAD_WORDS)
@pytest.mark.parametrize("as_file", [False, True])
def test_bad_words_are_refused_with_the_reason_and_leave_nothing(
    client: TestClient, content: bytes, status: int, said: str, as_file: bool
) -> None:
    before = client.get("/api/datasets").json()
    if as_file:
        answer = client.post("/api/datasets", files={"file": ("words.txt", content)})
        status = 422  # The body may have some more bytes than the file, so this one is not too large in itself.
    else:
        answer = add(client, content)
    assert answer.status_code == status
    assert said in strict_json(answer.text)["detail"]
    assert client.get("/api/datasets").json() == before


BAD_REQUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "JSON": ({"json": ["anna", "ben"]}, "send text/plain, or multipart/form-data"),
    "a form without file": ({"content": b"--x--\r\n", "headers": MULTIPART}, "the form has no file"),
    "a form without boundary": (
        {"content": b"?", "headers": {"content-type": "multipart/form-data"}},
        "the form cannot be read: Missing boundary",
    ),
    "half a character for a name": (
        {
            "content": b'--x\r\nContent-Disposition: form-data; name="file"; filename="+2AA-"\r\n\r\na\nb\r\n--x--\r\n',
            "headers": {"content-type": "multipart/form-data; charset=utf-7; boundary=x"},
        },
        "its names are not in the character set that it says",
    ),
    "an undefined character set": (
        {
            "content": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na\nb\r\n--x--\r\n',
            "headers": {"content-type": "multipart/form-data; charset=undefined; boundary=x"},
        },
        "its names are not in the character set that it says",
    ),
    "two files": ({"files": [("a", ("a", b"a\nb")), ("b", ("b", b"a\nb"))]}, "Maximum number of files is 1"),
    "no name": ({"content": b"a\nb", "headers": TEXT, "params": {"name": ""}}, "name: "),
    "a long name": ({"content": b"a\nb", "headers": TEXT, "params": {"name": "n" * 201}}, "at most 200 characters"),
}


@pytest.mark.parametrize(("options", "said"), BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_bad_request_is_refused_with_the_reason_and_leaves_nothing(
    client: TestClient, options: dict[str, Any], said: str
) -> None:
    before = client.get("/api/datasets").json()
    answer = client.post("/api/datasets", **options)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert client.get("/api/datasets").json() == before
