"""What one worker of a batch runs: requests come in as lines of JSON, each is answered by one line.

``python -m salesnb.runs.worker``. A worker lives through many runs, so that what every run imports is imported once.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

from salesnb.model.errors import SalesnbError
from salesnb.runs.child import tie_to_parent
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request
from salesnb.versions.snapshot import masked_text


def answer(asked: dict[str, Any], lang: str, log: TextIO) -> dict[str, Any]:
    """Run one request, its progress in ``log``; what went wrong is part of the answer, not an exception."""
    from salesnb.runs.run import run

    begun = time.monotonic()
    try:
        # its neighbours keep the other processors busy
        outcome = run(Request(**asked | {"jobs": asked.get("jobs") or 1}), Progress(lang, log))
    except SalesnbError as error:
        said = masked_text(error.say(lang))
        print(said, file=log)
        told: dict[str, Any] = {"state": "refused", "problem": said.split("\n")[0]}
    except Exception as error:  # a defect in one run must not end the batch
        print(masked_text(traceback.format_exc()), file=log)
        told = {"state": "refused", "problem": masked_text(f"{type(error).__name__}: {error}".split("\n")[0])}
    else:
        told = {"state": outcome.state, "version": outcome.version, "page": f"{outcome.shown}/{outcome.page}"}
        told |= {"changed": outcome.changed_cells, "problem": "; ".join(f.message for f in outcome.failures[:1])}
    return told | {"seconds": round(time.monotonic() - begun, 3)}


def main() -> None:
    """Answer requests until there are none."""
    tie_to_parent()
    # what anything prints must not be taken for an answer
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for line in sys.stdin:
            asked = json.loads(line)
            with Path(asked["log"]).open("a", encoding="utf-8") as log:
                told = answer(asked["request"], asked["lang"], log)
            print(json.dumps(told, ensure_ascii=False), file=answers, flush=True)


if __name__ == "__main__":
    main()
