"""What 飞书, 钉钉 and 企业微信 answer. They refuse a message with HTTP 200 and a code in the body (no keyword, a wrong
key, too many at once), which apprise takes for success."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# apprise's class → where the answer says whether it was taken (0), and why not
CODES = {
    "NotifyFeishu": ("code", "msg"),
    "NotifyLark": ("code", "msg"),
    "NotifyDingTalk": ("errcode", "errmsg"),
    "NotifyWeComBot": ("errcode", "errmsg"),
}


@contextmanager
def heard(service: Any) -> Iterator[list[Any]]:
    """The answers to every request ``service`` makes inside; one thread at a time, which the record's lock sees to."""
    answers: list[Any] = []
    if type(service).__name__ not in CODES:
        yield answers
        return
    session = sys.modules[type(service).__module__].requests.Session  # what its plug-in sends with
    plain = session.send

    def send(self: Any, request: Any, **more: Any) -> Any:
        answers.append(plain(self, request, **more))
        return answers[-1]

    session.send = send
    try:
        yield answers
    finally:
        session.send = plain


def refusal(service: Any, answers: list[Any]) -> str:
    """Why ``service`` did not take the message although HTTP says so; empty where it did, or does not say."""
    code, words = CODES.get(type(service).__name__, ("", ""))
    for answer in answers if code else ():
        try:
            said = answer.json()
        except ValueError:  # no JSON: nothing it could refuse with
            continue
        if isinstance(said, dict) and said.get(code) not in (None, 0, "0"):
            return f"{said[code]} {said.get(words, '')}".strip()
    return ""
