"""Data sets."""

from pydantic import Field

from server.schemas.base import Wire


class SplitSizes(Wire):
    """Examples in each split, at the default split seed."""

    train: int = Field(description="In the training split.")
    validation: int = Field(description="In the validation split.")
    test: int = Field(description="In the test split.")


class DatasetInfo(Wire):
    """A list of words to learn from."""

    id: str = Field(description="What a config names it by.")
    name: str = Field(description="What people call it.")
    words: int = Field(description="How many words, duplicates counted.")
    characters: list[str] = Field(description='The vocabulary in order; number 0 is ".", a word\'s start and end.')
    occurrences: list[int] = Field(
        description="How often each character stands in the words; number 0 twice a word, at its start and its end."
    )
    examples: SplitSizes = Field(description="One example per character and one per word's end.")
