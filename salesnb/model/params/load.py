"""Loading a unit's parameters: every file checked against its schema, every error with file and line."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from salesnb.model.errors import ParamsError, Place, Text
from salesnb.model.params.company import Company
from salesnb.model.params.dated import ParamsModel
from salesnb.model.params.strict import Doc, load_yaml

if TYPE_CHECKING:
    from pydantic import ValidationError

    from salesnb.model.params.actions import Actions
    from salesnb.model.params.change import ChangeRequest
    from salesnb.model.params.decomposition import Decomposition
    from salesnb.model.params.goals import Goals
    from salesnb.model.params.incentives import Incentives
    from salesnb.model.params.market import Market
    from salesnb.model.params.names import Names
    from salesnb.model.params.people import People
    from salesnb.model.params.period import PeriodNotes
    from salesnb.model.params.review import Review
    from salesnb.model.params.risks import Risks
    from salesnb.model.params.signatures import Signatures

Schema = TypeVar("Schema", bound=ParamsModel)

# file stem → (module, class); imported on first use, so that a reader of company.yaml does not pay for the rest
SCHEMAS = {
    "company": ("company", "Company"),
    "goals": ("goals", "Goals"),
    "market": ("market", "Market"),
    "people": ("people", "People"),
    "decomposition": ("decomposition", "Decomposition"),
    "actions": ("actions", "Actions"),
    "risks": ("risks", "Risks"),
    "incentives": ("incentives", "Incentives"),
    "review": ("review", "Review"),
    "names": ("names", "Names"),
}


@dataclass(frozen=True)
class Params:
    """A unit's parameters, each file read when first asked for; an absent file gives its schema's defaults."""

    unit: str
    folder: Path
    docs: dict[str, Doc] = field(default_factory=dict, repr=False)

    @cached_property
    def company(self) -> Company:
        """company.yaml."""
        return self._load("company", Company)

    @cached_property
    def goals(self) -> Goals:
        """goals.yaml."""
        return self._named("goals")

    @cached_property
    def market(self) -> Market:
        """market.yaml."""
        return self._named("market")

    @cached_property
    def people(self) -> People:
        """people.yaml."""
        return self._named("people")

    @cached_property
    def decomposition(self) -> Decomposition:
        """decomposition.yaml."""
        return self._named("decomposition")

    @cached_property
    def actions(self) -> Actions:
        """actions.yaml."""
        return self._named("actions")

    @cached_property
    def risks(self) -> Risks:
        """risks.yaml."""
        return self._named("risks")

    @cached_property
    def incentives(self) -> Incentives:
        """incentives.yaml."""
        return self._named("incentives")

    @cached_property
    def review(self) -> Review:
        """review.yaml."""
        return self._named("review")

    @cached_property
    def names(self) -> Names:
        """names.yaml."""
        return self._named("names")

    def period(self, period: str) -> PeriodNotes:
        """periods/PERIOD.yaml: the judgement of that period."""
        from salesnb.model.params.period import PeriodNotes

        return self._load(f"periods/{period}", PeriodNotes)

    def change(self, name: str) -> ChangeRequest:
        """changes/NAME.yaml: one change request. Read anew each time: somebody may have decided meanwhile."""
        from salesnb.model.params.change import ChangeRequest

        return self._load(f"changes/{name}", ChangeRequest)

    def signatures(self, revision: str) -> Signatures:
        """signatures/REVISION.yaml: what came back of the letters of an approved revision."""
        from salesnb.model.params.signatures import Signatures

        return self._load(f"signatures/{revision}", Signatures)

    def place(self, stem: str, *key: str | int) -> Place:
        """Where a key of file ``stem`` stands."""
        doc = self.docs.get(stem)
        return doc.place(key) if doc else Place(file=f"{self.unit}/{stem}.yaml")

    def check_all(self) -> None:
        """Load every file of the folder and refuse files nobody reads; raises the first ParamsError."""
        for path in sorted(self.folder.glob("*.yaml")):
            if path.stem not in SCHEMAS:
                raise ParamsError(
                    Text(f"没有环节读取 {path.name}", f"nothing reads {path.name}"),
                    where=Place(file=f"{self.unit}/{path.name}"),
                    remedy=Text(f"可用的文件：{', '.join(SCHEMAS)}", f"files that are read: {', '.join(SCHEMAS)}"),
                )
        for stem in SCHEMAS:
            getattr(self, stem)
        for path in sorted((self.folder / "periods").glob("*.yaml")):
            self.period(path.stem)
        for path in sorted((self.folder / "changes").glob("*.yaml")):
            self.change(path.stem)
        for path in sorted((self.folder / "signatures").glob("*.yaml")):
            self.signatures(path.stem)

    @property
    def files(self) -> dict[str, Path]:
        """Every file a person wrote for this unit, by its name relative to the folder (sorted)."""
        found = [p for p in self.folder.rglob("*") if p.is_file() and p.suffix in (".yaml", ".md")]
        own = {p.relative_to(self.folder).as_posix(): p for p in found}
        return {name: own[name] for name in sorted(own) if not name.startswith("data/")}

    def fingerprints(self) -> dict[str, str]:
        """sha256 of every file that has been read so far, by its name relative to the folder (sorted)."""
        read = {f"{stem}.yaml": self.folder / f"{stem}.yaml" for stem in sorted(self.docs)}
        return {name: sha256(path.read_bytes()).hexdigest() for name, path in read.items()}

    def _named(self, stem: str) -> Any:
        module, name = SCHEMAS[stem]
        return self._load(stem, getattr(import_module(f"salesnb.model.params.{module}"), name))

    def _load(self, stem: str, schema: type[Schema]) -> Schema:
        path = self.folder / f"{stem}.yaml"
        shown = f"{self.unit}/{stem}.yaml"
        if not path.is_file() and stem != "company":
            return validated(schema, Doc(shown, {}))
        doc = load_yaml(path, shown)
        self.docs[stem] = doc
        version = doc.data.get("schema", 1)
        if isinstance(version, int) and version > 1:
            raise ParamsError(
                Text(f"参数文件版本 {version} 比本程序新", f"schema {version} is newer than this program"),
                where=doc.place(("schema",)),
                remedy=Text("升级工作簿", "update the workbook"),
            )
        return validated(schema, doc)


def validated(schema: type[Schema], doc: Doc) -> Schema:
    """``doc`` as ``schema``; the first thing that does not fit is a ParamsError with file and line."""
    from pydantic import ValidationError

    try:
        return schema.model_validate(doc.data)
    except ValidationError as error:
        raise _first_error(error, doc) from error


def _first_error(error: ValidationError, doc: Doc) -> ParamsError:
    """The first of pydantic's findings in our words, with how many more there are."""
    found = sorted(error.errors(), key=lambda e: doc.place(_path(e["loc"], doc)).line or 0)
    first, more = found[0], len(found) - 1
    path = _path(first["loc"], doc)
    given = repr(first.get("input"))[:80]
    if first["type"] == "extra_forbidden":
        what = Text(f"没有名为 {path[-1]} 的键", f"there is no key {path[-1]}")
        remedy = Text("检查拼写；可用的键见文档", "check its spelling; the documentation lists the keys")
    elif first["type"] == "missing":
        what = Text(f"缺少键 {first['loc'][-1]}", f"key {first['loc'][-1]} is missing")
        remedy = Text("补上这个键", "add the key")
    else:
        what = Text(f"值 {given} 不可用：{first['msg']}", f"value {given} cannot be used: {first['msg']}")
        remedy = Text("改成允许的值", "change it to an allowed value")
    if more:
        what = Text(f"{what.zh}（该文件另有 {more} 处问题）", f"{what.en} ({more} more in this file)")
    return ParamsError(what, where=doc.place(path), remedy=remedy)


def _path(loc: tuple[int | str, ...], doc: Doc) -> tuple[int | str, ...]:
    """pydantic's location without its own additions (names of union branches), as far as the file knows it."""
    out: tuple[int | str, ...] = ()
    for part in loc:
        if (*out, part) in doc.lines or part == loc[-1]:
            out = (*out, part)
    return out


def load_unit(unit: str) -> Params:
    """The parameters of ``unit`` (its company.yaml is read at once, so that a wrong name or file is said early)."""
    from salesnb.model.places import unit_dir

    params = Params(unit, unit_dir(unit))
    if params.company.unit != unit:
        raise ParamsError(
            Text(
                f"文件夹是 {unit}，company.yaml 里却是 {params.company.unit}",
                f"the folder is {unit}, company.yaml says {params.company.unit}",
            ),
            where=params.place("company", "unit"),
            remedy=Text("二者改成一致", "make both the same"),
        )
    return params
