"""names.yaml: how words of the data read in the other language; ids and tables keep what the data say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import ParamsModel

Word = Annotated[str, Field(min_length=1, max_length=200)]


class Shown(ParamsModel):
    """A word in the languages it was given in; a plain text in the file is English."""

    zh: Word | None = None
    en: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        return {"en": data} if isinstance(data, str) else data

    def get(self, lang: str) -> str:
        """The word in ``lang``; empty where it was not given."""
        return (self.zh if lang == "zh" else self.en) or ""


class Names(ParamsModel):
    """The schema of names.yaml. ``names``: as in the data → in English, or ``{zh: …, en: …}``; ``files``: CSV lists
    with two columns, as in the data and in English, for what is too long to be typed here."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    names: dict[str, Shown] = Field(default_factory=dict)
    files: tuple[str, ...] = ()
