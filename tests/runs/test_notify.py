"""Messages: what they say and never say, proven against receivers of our own, once each, and no run is hurt by them."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from salesnb.__main__ import main
from salesnb.cli.notify import after_run
from salesnb.model.errors import UsageError
from salesnb.model.params import load_unit
from salesnb.report.message import About, progress
from salesnb.runs import notify
from salesnb.versions import changes
from salesnb.versions.changes import Act
from salesnb.versions.manifest import Manifest
from salesnb.versions.tables import write_table
from tests.versions.targets_company import Company
from tests.versions.test_changes import approved, made

SECRET = "s3cr3t-token-of-the-group"
RECIPIENTS = """
recipients:
  - {id: group, text: 销售群, address: "${OUR_GROUP}"}
  - {id: mail, text: 总监, address: "${OUR_MAIL}", language: en}
"""
PACE = pd.DataFrame(
    {
        "scope": ["2024-06", "2024"], "kind": ["month", "year"], "actual_minor": [96_700_000_000, 500_900_000_000],
        "attainment_rate": [0.835, 0.896],
    }
)  # fmt: skip
PEOPLE = pd.DataFrame(
    {
        "scope": "2024",
        "dimension": "person_id",
        "node_id": ["p1", "p2", "p3", "p4"],
        "name": ["甲", "乙", "丙", "丁"],
        "actual_minor": [120, 30, 40, 99],
        "due_minor": [100, 100, 100, 100],
        "attainment_rate": [1.2, 0.3, 0.4, 0.99],
    }
)
ALERTS = pd.DataFrame(
    {
        "alert": ["a", "b"], "dimension": ["person_id", "region_id"], "name": ["乙", "华南"],
        "gap_minor": [-70_0000, -120_0000], "progress": ["new", "new"],
    }
)  # fmt: skip
HISTORY = pd.DataFrame({"person_id": ["p1", "p2", "p3"], "window": "2023-07–2024-06", "tenure_months": [40, 3, 6]})


class Web:
    """A receiver of web hooks: keeps what it gets, answers with ``status``."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.answer = b""
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kept.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(kept.status)
                self.end_headers()
                self.wfile.write(kept.answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server.server_address[1]}/{SECRET}"


class Mail(socketserver.ThreadingTCPServer):
    """A mail server that takes every letter."""

    allow_reuse_address = True

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        super().__init__(("127.0.0.1", 0), MailHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        port = self.server_address[1]
        return f"mailto://127.0.0.1:{port}?smtp=127.0.0.1&mode=insecure&from=plan@example.com&to=boss@example.com"


class MailHandler(socketserver.StreamRequestHandler):
    """Just enough of SMTP."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                letter = b""
                while (more := self.rfile.readline()) != b".\r\n":
                    letter += more
                self.server.letters.append(letter)  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def web() -> Iterator[Web]:
    held = Web()
    yield held
    held.server.shutdown()
    held.server.server_close()


@pytest.fixture
def mail() -> Iterator[Mail]:
    with Mail() as held:
        yield held
        held.shutdown()


@pytest.fixture
def firm(tmp_path: Path, web: Web, mail: Mail, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company with a published review and two recipients whose addresses stand in the environment."""
    for name in ("SALESNB_PARAMS", "SALESNB_OUTPUTS", "SALESNB_STAGE", "SALESNB_LANG", "SALESNB_LINK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("SALESNB_HOME", str(tmp_path))
    monkeypatch.setenv("OUR_GROUP", web.address)
    monkeypatch.setenv("OUR_MAIL", mail.address)
    firm = made(tmp_path)
    with (firm.folder / "review.yaml").open("a", encoding="utf-8") as file:
        file.write(RECIPIENTS)
    publish(firm, 1)
    return firm


def publish(firm: Company, number: int, **stated: Any) -> None:
    folder = firm.period("2024-06").version(number)
    base: dict[str, Any] = {
        "unit": "u", "period": "2024-06", "kind": "month", "version": folder.name, "state": "complete",
        "as_of": "2024-07-04", "today": "2024-07-04", "lang": "zh", "started": "", "finished": "", "lead": "50_review",
    }  # fmt: skip
    for name, frame in (("review_pace", PACE), ("review_attainment", PEOPLE), ("review_alerts", ALERTS),
                        ("history_people", HISTORY)):  # fmt: skip
        write_table(folder / "tables", name, frame, [])
    (folder / "manifest.json").write_text(Manifest.model_validate(base | stated).text(), encoding="utf-8")


def letter(mail: Mail) -> tuple[str, str]:
    """Subject and text of the last letter."""
    found = message_from_bytes(mail.letters[-1], policy=policy.default)
    body = found.get_body(("plain",))
    return str(found["Subject"]), body.get_content() if body else ""


def test_a_version_reaches_a_hook_and_a_mailbox_each_in_its_language(
    firm: Company, web: Web, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["notify", "u", "2024-06"]) == 0
    said = capsys.readouterr()
    assert "group：已发送" in said.out and "mail：已发送" in said.out and SECRET not in said.out + said.err
    assert web.got[0]["title"] == "小公司 2024 年 6 月销售进度"
    body = web.got[0]["message"]
    assert "2024 年 6 月完成" in body and "完成率 83.5 %" in body and "2024 年至今完成" in body
    assert "完成率领先：甲 120 %、丁 99 %。" in body
    assert "新人 2 名，合计完成率 35 %。" in body and "待处理预警 2 条" in body and "华南" in body
    assert "outputs/u/2024-06/v001/all/50_review.html" in body
    subject, text = letter(mail)
    assert subject == "Tiny Ltd.: sales, Jun 2024" and "Ahead:" in text and "2 open alerts" in text


@pytest.mark.parametrize(
    ("schema", "plugin", "said", "code"),
    [
        ("feishu", "NotifyFeishu", lambda got: got["content"]["text"], "code"),
        ("dingtalk", "NotifyDingTalk", lambda got: got["text"]["content"], "errcode"),
        ("wecombot", "NotifyWeComBot", lambda got: got["text"]["content"], "errcode"),
    ],
)
def test_the_chats_of_a_chinese_office_get_it_and_may_refuse_it(
    firm: Company, web: Web, schema: str, plugin: str, said: Any, code: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import importlib

    service = getattr(importlib.import_module(f"apprise.plugins.{schema}"), plugin)
    monkeypatch.setattr(service, "notify_url", f"http://127.0.0.1:{web.server.server_address[1]}/")
    token = "a" * 36
    monkeypatch.setenv("OUR_GROUP", f"{schema}://{token}")
    web.answer = json.dumps({code: 9499, "msg": "Bad Request", "errmsg": f"keywords not in content {token}"}).encode()
    assert main(["notify", "u", "2024-06", "--to", "group"]) == 1, "refused with HTTP 200"
    told = capsys.readouterr()
    assert "发送失败" in told.err and "9499" in told.err and token not in told.err + told.out
    web.answer = json.dumps({code: 0, "msg": "success", "errmsg": "ok"}).encode()
    assert main(["notify", "u", "2024-06", "--to", "group"]) == 0
    assert "小公司 2024 年 6 月销售进度" in said(web.got[-1]) and "完成率领先：甲 120 %" in said(web.got[-1])


def test_who_lags_is_not_named_and_pay_is_never_read() -> None:
    about = About("小公司", "2024-06", "v001", "2024-07-04", "", "x", "zh", "CNY")
    message = progress({"review_attainment": PEOPLE, "review_alerts": ALERTS}, about)
    said = message.title + message.body
    assert "甲" in said and "乙" not in said and "丙" not in said, "behind, one in an alert of his own"
    from salesnb.report.message import TABLES

    assert not [name for name in TABLES if name.startswith(("pay", "incentive")) or "performance" in name]


def test_one_newcomer_alone_is_not_a_group() -> None:
    about = About("小公司", "2024-06", "v001", "2024-07-04", "", "x", "en", "CNY")
    message = progress({"review_attainment": PEOPLE, "history_people": HISTORY.head(2)}, about)
    assert "newcomers" not in message.body


def test_a_version_is_never_sent_twice_and_a_new_one_is(firm: Company, web: Web, mail: Mail) -> None:
    for _ in range(3):
        assert main(["notify", "u", "2024-06"]) == 0
    assert (len(web.got), len(mail.letters)) == (1, 1)
    publish(firm, 2)
    assert main(["notify", "u", "2024-06"]) == 0 and len(web.got) == 2
    assert main(["notify", "u", "2024-06", "--to", "group", "--again"]) == 0
    assert (len(web.got), len(mail.letters)) == (3, 2)


def test_two_who_send_at_once_send_once(firm: Company, web: Web, mail: Mail) -> None:
    threads = [threading.Thread(target=main, args=(["notify", "u", "2024-06"],)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(web.got), len(mail.letters)) == (1, 1)


def test_a_dry_run_shows_the_text_and_sends_nothing(
    firm: Company, web: Web, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["notify", "u", "2024-06", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "→ 销售群 (group)" in said and "完成率领先" in said and "Ahead:" in said
    assert not web.got and not mail.letters and not (firm.root / "outputs" / "u" / notify.RECORD).exists()


def test_what_fails_is_said_without_the_address_and_can_be_sent_later(
    firm: Company, web: Web, mail: Mail, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    web.status = 500
    monkeypatch.delenv("OUR_MAIL")
    assert main(["notify", "u", "2024-06"]) == 1
    said = capsys.readouterr()
    assert (
        "group：发送失败" in said.err
        and "500" in said.err
        and "mail：没有发送 (环境变量 OUR_MAIL 没有设置)" in said.err
    )
    assert SECRET not in said.err + said.out
    assert SECRET not in (firm.root / "outputs" / "u" / notify.RECORD).read_text(encoding="utf-8")
    web.status = 200
    monkeypatch.setenv("OUR_MAIL", mail.address)
    assert main(["notify", "u", "2024-06"]) == 0 and len(web.got) == 2 and len(mail.letters) == 1


@pytest.mark.parametrize("address", [f"nonsense-{SECRET}", f"json://127.0.0.1:9/{SECRET}", f"dingtalk://{SECRET}?a=%"])
def test_an_address_nobody_answers_hurts_nothing_and_is_not_shown(
    firm: Company, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(OSError("no network")))
    monkeypatch.setenv("OUR_GROUP", address)
    assert main(["notify", "u", "2024-06", "--to", "group"]) == 1
    said = capsys.readouterr()
    assert "发送失败" in said.err and SECRET not in said.err + said.out
    after_run("u", "2024-06", "zh")  # a run goes on whatever happens
    after_run("u", "2024-05", "zh")
    assert "没有版本" in capsys.readouterr().err


def test_what_was_interrupted_is_not_repeated_by_itself(firm: Company, web: Web) -> None:
    record = firm.root / "outputs" / "u" / notify.RECORD
    record.write_text(
        '{"key": "2024-06/v001", "to": "group", "state": "sending", "utc": ""}\n{"key": "cut sh', encoding="utf-8"
    )
    assert main(["notify", "u", "2024-06", "--to", "group"]) == 0 and not web.got
    assert main(["notify", "u", "2024-06", "--to", "group", "--again"]) == 0 and len(web.got) == 1


def test_a_published_change_is_announced_once_and_others_are_not(
    firm: Company, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    approved(firm)
    assert main(["notify", "u", "--change", "c1"]) == 2 and "尚未发布" in capsys.readouterr().err
    changes.publish(firm.params, "c1", Act("李想", date(2024, 6, 5), date(2024, 7, 4)))
    for _ in range(2):
        assert main(["notify", "u", "--change", "c1", "--to", "group"]) == 0
    assert len(web.got) == 1 and web.got[0]["title"] == "小公司 变更通知：华东调整"
    assert "自 2024-07-01 起生效，目标版本 2024-r02；销售总监 周志远和郑国栋批准。" in web.got[0]["message"]


def test_wrong_use_is_exit_2(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    publish(firm, 2, draft=True)
    for arguments, words in (
        (["2024-06", "--to", "nobody"], "没有收件方 nobody"),
        (["2024-06", "v009"], "没有版本 v009"),
        (["2024-06", "v002"], "是草稿"),
        (["2024-05"], "没有版本"),
        ([], "二者取一"),
        (["2024-06", "--change", "c1"], "二者取一"),
        (["--change", "c9"], "没有变更申请"),
    ):
        assert main(["notify", "u", *arguments]) == 2, arguments
        assert words in capsys.readouterr().err


def test_an_address_in_the_parameters_is_refused(firm: Company) -> None:
    path = firm.folder / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("${OUR_GROUP}", "json://host/token"), encoding="utf-8")
    from salesnb.model.errors import ParamsError

    with pytest.raises(ParamsError):
        load_unit("u").review  # noqa: B018
    with pytest.raises(UsageError):
        notify.recipients(Company(firm.root / "none").params, ())


def test_a_run_sends_only_when_asked_to_and_never_fails_for_it(
    firm: Company, web: Web, mail: Mail, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = SimpleNamespace(state="published", version="v001", changed_cells=None, shown="outputs/u/2024-06/v001",
                           page="all/50_review.html", failures=[])  # fmt: skip
    monkeypatch.setattr("salesnb.runs.run.run", lambda request, progress: done)
    assert main(["run", "2024-06", "--unit", "u"]) == 0 and not web.got
    web.status = 503
    assert main(["run", "2024-06", "--unit", "u", "--notify"]) == 0
    said = capsys.readouterr()
    assert "已发布 v001" in said.out and "group：发送失败" in said.err and len(mail.letters) == 1
    web.status = 200
    assert main(["run", "2024-06", "--unit", "u", "--notify"]) == 0 and (len(web.got), len(mail.letters)) == (2, 1)
    monkeypatch.setattr(done, "state", "unchanged")
    assert main(["run", "2024-06", "--unit", "u", "--notify"]) == 0 and len(web.got) == 2
