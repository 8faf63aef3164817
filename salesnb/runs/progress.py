"""What a run says while it works: short lines on stderr, and the same events with times in ``run.jsonl``."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from salesnb.model.errors import Text
from salesnb.versions.snapshot import masked_text


@dataclass
class Progress:
    """Lines for a person in ``lang``; ``stream`` None keeps quiet. ``log`` is where events are appended, once known."""

    lang: str = "zh"
    stream: TextIO | None = None
    log: Path | None = None

    def __post_init__(self) -> None:
        self._waiting: list[str] = []

    def say(self, text: Text) -> None:
        """One line for the person who waits."""
        if self.stream is not None:
            print(masked_text(text.get(self.lang)), file=self.stream, flush=True)

    def event(self, name: str, **facts: Any) -> None:
        """One line of ``run.jsonl``; events before the stage exists wait for it."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = masked_text(json.dumps({"time": stamp, "event": name, **facts}, ensure_ascii=False))
        self._waiting.append(line)
        if self.log is not None:
            with open(self.log, "a", encoding="utf-8", newline="\n") as out:
                out.writelines(f"{waiting}\n" for waiting in self._waiting)
            self._waiting.clear()


def on_terminal(lang: str) -> Progress:
    """Progress on stderr."""
    return Progress(lang, sys.stderr)
