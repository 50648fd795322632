import random

import pytest

from model.dataset import MAX_BYTES, Dataset, InvalidWords, parse_words


def test_the_default_data_set_is_29910_distinct_lower_case_names(names: Dataset) -> None:
    assert len(names.words) == len(set(names.words)) == 29_910
    assert "".join(names.characters) == ".abcdefghijklmnopqrstuvwxyz"
    assert names.words[:3] == ("emma", "liam", "olivia")


def test_words_keep_their_order_and_duplicates() -> None:
    assert parse_words(b"b\na\nb\n", "w").words == ("b", "a", "b")


def test_any_unicode_is_read_and_the_vocabulary_is_sorted_behind_the_end_mark() -> None:
    dataset = parse_words("été\nñu\n日本\n-x\n".encode(), "w")
    assert dataset.characters == (".", *sorted(set("étéñu日本-x")))


def test_blank_lines_and_carriage_returns_are_no_words() -> None:
    assert parse_words(b"\xef\xbb\xbfone\r\n\r\n  two  \r\n", "w").words == ("one", "two")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no words"),
        (b" \n\n", "no words"),
        (b"\x80\x81", "not UTF-8"),
        (b"a\x00b\nc", "control characters"),
        (b"same\nsame\n", "all 2 words are 'same'"),
        (b"a.b\nc\n", "marks a word's start and end"),
        (b"ab\n" * (MAX_BYTES // 3 + 1), "at most 10,000,000"),
    ],
)
def test_what_are_no_words_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidWords, match=reason):
        parse_words(content, "w")


def test_exactly_the_largest_size_is_accepted() -> None:
    content = b"ab\ncd\n" * (MAX_BYTES // 6)
    content += b"x" * (MAX_BYTES - len(content))
    assert len(parse_words(content, "w").words) > 1_000_000


def test_the_split_is_eighty_ten_ten_of_the_shuffled_words(names: Dataset) -> None:
    shuffled = list(names.words)
    random.Random(7).shuffle(shuffled)
    split = names.split(7)
    assert split["train"] + split["validation"] + split["test"] == shuffled
    assert [len(words) for words in split.values()] == [23_928, 2_991, 2_991]


def test_splitting_leaves_the_data_set_as_it_was(names: Dataset) -> None:
    before = names.words
    names.split(7)
    assert names.words == before


@pytest.mark.parametrize("context_length", [1, 3, 8])
def test_examples_are_each_character_after_the_ones_before_it(context_length: int) -> None:
    dataset = parse_words(b"emma\nav\nb\nemma\n", "w")
    expected = []
    for word in dataset.words:
        context = [0] * context_length
        for character in word + ".":
            number = dataset.characters.index(character)
            expected.append((context, number))
            context = [*context[1:], number]
    examples = dataset.examples(list(dataset.words), context_length)
    assert list(zip(examples.contexts.tolist(), examples.targets.tolist(), strict=True)) == expected


def test_occurrences_are_counted_with_each_words_start_and_end() -> None:
    dataset = parse_words(b"emma\nav\nb\nemma\n", "w")
    assert "".join(dataset.characters) == ".abemv"
    assert dataset.occurrences() == [8, 3, 1, 2, 4, 1]


def test_no_words_make_no_examples() -> None:
    examples = parse_words(b"a\nb\n", "w").examples([], 3)
    assert len(examples) == 0
    assert examples.contexts.shape == (0, 3)


def test_a_character_outside_the_vocabulary_is_named() -> None:
    with pytest.raises(InvalidWords, match="'z'"):
        parse_words(b"a\nb\n", "w").encode("az")


def test_a_word_is_found_in_the_first_split_that_has_it() -> None:
    dataset = parse_words(b"ada\nben\nada\nben\nada\neve\nben\nada\nben\nida\n", "twice")
    parts = dataset.split(3)
    words = ["ada", "ben", "eve", "ida", "zoe", "ada"]
    expected = [next((split for split in parts if word in parts[split]), None) for word in words]
    assert dataset.split_of(words, 3) == expected
    assert expected[4] is None
    assert expected[:4].count(None) == 0
