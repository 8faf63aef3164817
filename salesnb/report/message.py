"""A short message to the team about a published version, or a change that came into force (R61). Plain text.

It holds what everybody may know: the team, those ahead, newcomers together, alerts of regions and lines, and a link.
Never pay, never one person's shortfall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.report import numbers
from salesnb.report.sentences.words import listed, span
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params.change import ChangeRequest

TABLES = ("review_pace", "review_attainment", "review_alerts", "history_people")
AHEAD = 3
ROOKIE_MONTHS = 12


@dataclass(frozen=True)
class About:
    """What the message is about; ``link`` is where the page is found."""

    company: str
    period: str
    version: str
    as_of: str
    headline: str
    link: str
    lang: str
    currency: str


@dataclass(frozen=True)
class Message:
    """A title and lines of plain text."""

    title: str
    body: str


def progress(tables: Mapping[str, pd.DataFrame], about: About) -> Message:
    """The message of a version; ``tables``: those of ``TABLES`` the version holds, else its headline stands alone."""
    lang = about.lang
    title = Text(
        f"{about.company} {_when(about.period, 'zh')}销售进度", f"{about.company}: sales, {_when(about.period, 'en')}"
    )
    lines = [about.headline] if about.headline and "review_pace" not in tables else []
    if "review_pace" in tables:
        lines += _team(tables["review_pace"], about)
    if "review_attainment" in tables:
        lines += _people(tables, about)
    if "review_alerts" in tables:
        lines += _alerts(tables["review_alerts"], about)
    lines.append(
        Text(
            f"数据截至 {about.as_of}（{about.version}）。查看：{about.link}",
            f"As of {about.as_of} ({about.version}). See {about.link}",
        ).get(lang)
    )
    return Message(spoken(title.get(lang)), spoken("\n".join(lines)))


def change(request: ChangeRequest, revision: str, about: About) -> Message:
    """A change that was published: what, from when, decided by whom."""
    lang = about.lang
    title = Text(f"{about.company} 变更通知：{request.title}", f"{about.company}: {request.title}")
    deciders = listed([s.by for s in request.sealed if s.state == "approved"], lang)
    made = Text(f"，目标版本 {revision}", f", targets {revision}") if revision else Text("", "")
    lines = [
        Text(
            f"自 {request.from_} 起生效{made.zh}；{deciders}批准。",
            f"From {request.from_}{made.en}; approved by {deciders}.",
        )
    ]
    if request.trigger:
        lines.append(Text(f"起因：{request.trigger}。", f"Reason: {request.trigger}."))
    if request.proposal:
        lines.append(Text(f"内容：{request.proposal.rstrip('。')}。", f"What: {request.proposal}"))
    return Message(spoken(title.get(lang)), spoken("\n".join(line.get(lang) for line in lines)))


def _when(period: str, lang: str) -> str:
    """A period as a reader says it; a month by its name."""
    return (
        span(f"{period}–{period}", lang)
        if len(period) == 7 and period[4] == "-" and period[5].isdigit()
        else span(period, lang)
    )


def _team(pace: pd.DataFrame, about: About) -> list[str]:
    """The period and the year to date."""
    out = []
    year = pace[pace["kind"] == "year"]
    for row in [*pace[pace["scope"] == about.period].to_dict("records"), *year.to_dict("records")]:
        when = _when(str(row["scope"]), about.lang)
        if row["kind"] == "year":
            when = Text(f"{when}至今", f"{when} to date").get(about.lang)
        done = numbers.money(row["actual_minor"], about.lang, about.currency)
        more = Text("", "")
        if not numbers.is_missing(row["attainment_rate"]):
            reached = numbers.rate(row["attainment_rate"])
            more = Text(f"，完成率 {reached}", f", {reached} of what was due")
        line = Text(f"{when}完成 {done}{more.zh}。", f"{when}: {done}{more.en}.").get(about.lang)
        if line not in out:
            out.append(line)
    return out[:2]


def _people(tables: Mapping[str, pd.DataFrame], about: About) -> list[str]:
    """Who is ahead, by name, and newcomers as one figure."""
    frame = tables["review_attainment"]
    years = frame["scope"].astype(str)
    main = years[years.str.fullmatch(r"\d{4}")]
    scope = main.iloc[0] if len(main) else about.period
    own = frame[(years == scope) & (frame["dimension"] == "person_id") & frame["attainment_rate"].notna()]
    own = own[(own["node_id"] != UNASSIGNED) & (own["due_minor"].fillna(0) > 0)]
    if own.empty:
        return []
    ahead = own[own["attainment_rate"] >= own["attainment_rate"].median()]  # where few sell, the last is no leader
    best = ahead.sort_values(["attainment_rate", "node_id"], ascending=[False, True], kind="stable").head(AHEAD)
    named = [f"{row['name']} {numbers.rate(row['attainment_rate'], 0)}" for row in best.to_dict("records")]
    out = [Text(f"完成率领先：{'、'.join(named)}。", f"Ahead: {', '.join(named)}.").get(about.lang)]
    rookies = own[own["node_id"].isin(_rookies(tables.get("history_people")))]
    if len(rookies) > 1:  # one newcomer's figure would be his own
        reached = numbers.rate(float(rookies["actual_minor"].sum()) / float(rookies["due_minor"].sum()), 0)
        out.append(
            Text(
                f"新人 {len(rookies)} 名，合计完成率 {reached}。", f"{len(rookies)} newcomers together: {reached}."
            ).get(about.lang)
        )
    return out


def _rookies(people: pd.DataFrame | None) -> set[str]:
    """Who has been here for less than a year, by the latest window."""
    if people is None or people.empty:
        return set()
    latest = people.sort_values("window", kind="stable").groupby("person_id").tail(1)
    return set(latest.loc[latest["tenure_months"] < ROOKIE_MONTHS, "person_id"])


def _alerts(alerts: pd.DataFrame, about: About) -> list[str]:
    """How many are open, and the largest of regions, teams and lines; people are counted, not named."""
    live = alerts[alerts["progress"] != "closed"]
    if "part_of" in live:  # a version of before held every alert as one of its own
        live = live[live["part_of"].isna() | (live["progress"] != "new")]
    if live.empty:
        return [Text("没有待处理的预警。", "No alert is open.").get(about.lang)]
    open_ = live[(live["dimension"] != "person_id") & live["gap_minor"].notna()]
    largest = open_.sort_values(["gap_minor", "alert"], kind="stable").drop_duplicates("name").head(AHEAD)
    line = Text("产品线 ", "Line ").get(about.lang)
    named = [
        f"{line if row['dimension'] == 'product_line' else ''}{row['name']} "
        f"{numbers.money(row['gap_minor'], about.lang, about.currency, signed=True)}"
        for row in largest.to_dict("records")
    ]
    more = Text(f"，差额最大：{'、'.join(named)}", f"; largest: {', '.join(named)}") if named else Text("", "")
    return [Text(f"待处理预警 {len(live)} 条{more.zh}。", f"{len(live)} open alerts{more.en}.").get(about.lang)]
