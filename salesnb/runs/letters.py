"""Responsibility letters of approved targets: issued when a revision is approved, again when letters come back (R85).

They stand in ``outputs/UNIT/PLAN/letters/REVISION`` beside the versions, which nothing changes once they are published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from salesnb.model.errors import Text, VersionError
from salesnb.model.lexicon import lexicon
from salesnb.report.spoken import speaking
from salesnb.versions.folders import PeriodFolder, version_number
from salesnb.versions.publish import replace_text, writing
from salesnb.versions.tables import read_table, table_names
from salesnb.versions.targets import Chain, Revision, read_chain

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params import Params
    from salesnb.report.letters import Letter, Sources

FOLDER, INDEX = "letters", "index.html"
_NAMED = ("product_line", "team_id", "region_id", "person_id")


@dataclass(frozen=True)
class Issued:
    """A set of letters as it now stands: its folder, its letters and the day their states are of."""

    folder: Path
    letters: tuple[Letter, ...]
    day: date

    @property
    def shown(self) -> str:
        """The register's place as the user knows it."""
        return "/".join(("outputs", *self.folder.parts[-4:], INDEX))

    @property
    def unsigned(self) -> int:
        """Letters that have not come back signed."""
        return sum(letter.acknowledgement.state != "signed" for letter in self.letters)


def issue(params: Params, plan_text: str, outputs: Path, day: date, lang: str) -> Issued | None:
    """Write the letters of the plan's newest approved revision, with what changed since the revision before.

    States are as of ``day``. None where there is nothing to issue: imported quotas, or no letter in decomposition.yaml.
    VersionError when the version the targets came from is gone or holds no roster.
    """
    chain = read_chain(params.folder, plan_text)
    revision = chain.last
    if revision is None or revision.source != "proposal" or params.decomposition.letter is None:
        return None
    made = _letters(params, chain, revision, outputs, day)
    folder = PeriodFolder(outputs, params.unit, plan_text).path / FOLDER / revision.name
    with speaking(lexicon(params, lang)):
        _write(params, folder, made, day, lang)
    return Issued(folder, made, day)


def _letters(params: Params, chain: Chain, revision: Revision, outputs: Path, day: date) -> tuple[Letter, ...]:
    from salesnb.report.letters import check_letter, letters, replacing

    tables = _tables(chain, revision, outputs, params.unit)
    made = [check_letter(one) for one in letters(_sources(params, chain, revision, tables, day))]
    earlier = [one for one in chain.revisions if one.revision < revision.revision and one.source == "proposal"]
    if not earlier:
        return tuple(made)
    before = {one.node_id: one for one in letters(_sources(params, chain, earlier[-1], tables, day))}
    return tuple(_carried(replacing(one, before.get(one.node_id)), before.get(one.node_id)) for one in made)


def _carried(letter: Letter, before: Letter | None) -> Letter:
    """A letter that changes nothing stands as signed as the one it replaces; only what changed is signed again."""
    if before is None or letter.changes or letter.acknowledgement.state != "open":
        return letter
    return replace(letter, acknowledgement=before.acknowledgement)


def _tables(chain: Chain, revision: Revision, outputs: Path, unit: str) -> dict[str, pd.DataFrame]:
    """What letters are made from beside the cells, of the newest version behind the chain that holds a derivation."""
    from salesnb.report.letters import TABLES

    wanted = (*TABLES, "people", "nodes")
    for one in reversed([r for r in chain.revisions if r.revision <= revision.revision and r.source_version]):
        folder = _version(outputs, unit, one.source_version)
        if folder is None:
            continue
        held = set(table_names(folder / "tables"))
        if {"people", "nodes", "target_derivation"} <= held:
            return {name: read_table(folder / "tables", name) for name in wanted if name in held}
    raise VersionError(
        Text(
            f"{revision.name} 所依据的版本不在了，或没有人员名册，无法出责任书",
            f"the version behind {revision.name} is gone or holds no roster: no letters can be made",
        ),
        remedy=Text("重新运行计划后再出", "run the plan again, then issue them"),
    )


def _version(outputs: Path, unit: str, named: str) -> Path | None:
    """The folder of ``PERIOD/vNNN``; None where there is none."""
    period, _, version = named.partition("/")
    if not version.startswith("v"):
        return None
    folder = PeriodFolder(outputs, unit, period).version(version_number(version))
    return folder if (folder / "tables").is_dir() else None


def _sources(
    params: Params, chain: Chain, revision: Revision, tables: Mapping[str, pd.DataFrame], day: date
) -> Sources:
    from salesnb.report.letters import Approval, Issue, composed, receipts

    r = revision
    approval = Approval(r.name, r.decided, r.by, r.from_, r.source_version, r.hash)
    nodes = tables["nodes"]
    named = nodes[nodes["dimension"].isin(list(_NAMED))]
    names = dict(zip(named["node_id"].astype(str), named["name"].astype(str), strict=True))
    back = receipts(params.signatures(r.name).by(day))
    changed = Text(f"目标变更：{r.reason}", f"Change of targets: {r.reason}")
    issued = Issue(r.decided, approval, back, rest=changed) if r.reason else Issue(r.decided, approval, back)
    plan = params.company.calendar.period(chain.plan)
    return composed(params, plan, chain.cells(r), tables, (tables["people"], names), issued)


def _write(params: Params, folder: Path, letters: tuple[Letter, ...], day: date, lang: str) -> None:
    """Every file that is new or has changed, then the register."""
    from salesnb.report.letters import register
    from salesnb.report.numbers import MoneyUnit
    from salesnb.report.page import PageContext

    with writing(folder):
        for file, content in register.written(letters, lang).items():
            _put(folder, file, content)
    largest = max((letter.target_minor for letter in letters), default=0)
    context = PageContext(
        lang=lang,
        company=params.company.name.get(lang),
        period=letters[0].plan if letters else "",
        state="approved",
        chain_head=letters[0].chain_head if letters else "",
        basis=Text(f"签署情况截至 {day}", f"as of {day}").get(lang),
    )
    unit = MoneyUnit.choose(largest, lang, params.company.currency)
    replace_text(folder / INDEX, register.register_page(letters, day, context, unit))


def _put(folder: Path, file: PurePosixPath, content: bytes) -> None:
    path = folder.joinpath(*file.parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)
