"""A letter in words: who, how much, what counts, how it is measured and made, what it is worth, who signs."""

from __future__ import annotations

from collections.abc import Iterator

from salesnb.model.errors import Text
from salesnb.report import numbers
from salesnb.report.letters.content import Letter
from salesnb.report.letters.grids import Grids
from salesnb.report.letters.sheet import Block, Grid, Items, Paper, Section, Signing, Words
from salesnb.report.letters.wording import capitals, kpi_value, term_words

_NUMERALS = (*"一二三四五六七八九十", "十一", "十二")


def paper(letter: Letter, lang: str) -> Paper:
    """``letter`` in words, in ``lang``."""
    say = _Sayer(letter, lang)
    written = [(heading, blocks) for heading, blocks in ((h, tuple(b)) for h, b in say.sections()) if blocks]
    sections = tuple(
        Section(f"{_NUMERALS[i]}、{heading.zh}" if lang == "zh" else f"{i + 1}. {heading.en}", blocks)
        for i, (heading, blocks) in enumerate(written)
    )
    term = term_words(letter)
    kind = Text("", "") if letter.level == "person" else Text("（区域）", " (region)")
    return Paper(
        lang=lang,
        title=Text(f"{term.zh}销售目标责任书{kind.zh}", f"Sales target letter {term.en}{kind.en}").get(lang),
        number=Text(f"编号 {letter.number}", f"No. {letter.number}").get(lang),
        warnings=tuple(say.warnings()),
        facts=tuple(say.facts()),
        lead=say.lead(),
        sections=sections,
        signings=say.signings(),
        receipt=say.receipt(),
        annex=say.annex(),
        foot=say.foot(),
    )


class _Sayer(Grids):
    """Every part of a letter in one language and one money unit."""

    def warnings(self) -> Iterator[str]:
        """What must be known before anybody signs."""
        letter = self.letter
        if not letter.revision:
            yield self.said(
                Text(
                    "草稿：目标尚未批准，不作为签署和考核依据。",
                    "Draft: the targets are not approved; not for signature.",
                )
            )
        if letter.missing:
            names = [kpi.text for kpi in letter.missing]
            yield self.said(
                Text(
                    f"以下指标尚未定目标，补齐后才能签署：{'、'.join(names)}。",
                    f"No target is set yet for {', '.join(names)}; the letter cannot be signed before.",
                )
            )
        if letter.replaces and not letter.revision:
            yield self.said(
                Text(
                    f"批准后将取代 {letter.replaces}，届时重新签署；拟议的变动见第一条。",
                    f"Once approved it replaces {letter.replaces}, to be signed anew; section 1 says what changes.",
                )
            )
        elif letter.replaces and not letter.changes:
            yield self.said(
                Text(
                    f"本责任书取代 {letter.replaces}，数字与条款均无变动；此前已签署的无须重签。",
                    f"This letter replaces {letter.replaces} and changes nothing: what was signed stays signed.",
                )
            )
        elif letter.replaces:
            yield self.said(
                Text(
                    f"本责任书取代 {letter.replaces}，请重新签署；变动见第一条。",
                    f"This letter replaces {letter.replaces} and is to be signed again; section 1 says what changed.",
                )
            )

    def facts(self) -> Iterator[tuple[str, str]]:
        """Who and when."""
        letter = self.letter
        for label, party in ((self.said(Text("下达方（甲方）", "Set by (A)")), letter.issuer),
                             (self.said(Text("责任人（乙方）", "Held by (B)")), letter.holder)):  # fmt: skip
            name = f"{party.name}（{party.id}）" if self.lang == "zh" else f"{party.name} ({party.id})"
            parts = (name if party.id else party.name, party.role, party.place)
            yield label, " · ".join(part for part in parts if part)
        yield (
            self.said(Text("责任期限", "Term")),
            self.said(Text(f"{letter.start} 至 {letter.end}", f"{letter.start} to {letter.end}")),
        )
        if letter.effective and letter.effective > letter.start:
            yield self.said(Text("本版执行日", "In force from")), str(letter.effective)
        yield self.said(Text("签署期限", "Sign by")), str(letter.sign_by)
        if letter.revision:
            yield (
                self.said(Text("目标批准", "Approved")),
                self.said(
                    Text(
                        f"{letter.approved_by}，{letter.decided}（{letter.revision}）",
                        f"{letter.approved_by}, {letter.decided} ({letter.revision})",
                    )
                ),
            )

    def lead(self) -> str:
        """The first sentence: the target, in figures and, in Chinese, in capitals."""
        letter, total = self.letter, self.unit.say(self.letter.target_minor)
        term = term_words(letter)
        capital = f"（大写：{capitals(letter.target_minor)}）" if letter.currency == "CNY" else ""
        holder = letter.holder.name or letter.node_name
        owner = holder if letter.level == "person" else f"{letter.node_name}（责任人：{holder}）"
        in_english = holder if letter.level == "person" else f"{letter.node_name} (held by {holder})"
        return self.said(
            Text(
                f"{owner}{term.zh}销售目标为 {total}{capital}。甲乙双方就目标、考核与激励约定如下。",
                f"The sales target of {in_english} for {term.en} is {total}. Both sides agree on target, measures and "
                "incentives as follows.",
            )
        )

    def sections(self) -> Iterator[tuple[Text, Iterator[Block]]]:
        """Heading and blocks of each section; one without blocks is left out, the numbers follow."""
        letter = self.letter
        yield Text("与上一份责任书相比的变动", "What changed since the previous letter"), self.changes()
        yield Text("销售目标", "Targets"), self.targets()
        yield Text("业绩口径", "What counts"), iter((Words(letter.basis.get(self.lang)),))
        yield Text("考核指标与权重", "Indicators and weights"), self.kpis()
        yield Text("完成目标需要的活动量", "What the target takes"), self.needs()
        yield Text("目标的由来", "How the number was made"), self.steps()
        yield Text("激励", "Incentives"), self.items(tuple(text.get(self.lang) for text in letter.incentives))
        yield Text("目标调整", "Adjustment"), self.items((letter.adjustment,))
        yield Text("异议处理", "Objection"), self.items((letter.objection,))
        yield Text("一票否决", "Vetoes"), self.items(letter.vetoes)
        yield Text("其他约定", "Other terms"), self.items(letter.clauses)

    def items(self, given: tuple[str, ...]) -> Iterator[Block]:
        """One as a paragraph, several as a list."""
        kept = tuple(item for item in given if item)
        if len(kept) == 1:
            yield Words(kept[0])
        elif kept:
            yield Items(kept)

    def changes(self) -> Iterator[Block]:
        """The re-sign difference."""
        letter = self.letter
        if not letter.replaces:
            return
        if not letter.changes:
            yield Words(self.said(Text("数字与条款均无变动。", "No figure and no term changed.")))
            return
        head = (
            self.said(Text("内容", "Item")),
            self.said(Text("原", "Before")),
            self.said(Text("现", "Now")),
            self.said(Text("变动", "Change")),
        )
        yield Grid(head, tuple(self.change(change) for change in letter.changes), left=1)
        yield Words(self.said(Text(f"金额单位：{self.unit.label}。", f"Amounts in {self.unit.label}.")), "note")

    def targets(self) -> Iterator[Block]:
        """By quarter and product line, by person, and the figures beside the judged one; months stand in the annex."""
        yield self.by_quarter()
        if self.letter.members:
            yield self.by_person()
        if self.letter.figures:
            yield self.by_figure()

    def kpis(self) -> Iterator[Block]:
        """Each indicator with its one target and its weight."""
        if not self.letter.kpis:
            return
        weights = [kpi.weight for kpi in self.letter.kpis]
        decimals = next((d for d in range(3) if all(abs(round(w * 100, d) - w * 100) < 1e-9 for w in weights)), 2)
        head = (
            self.said(Text("指标", "Indicator")),
            self.said(Text("目标", "Target")),
            self.said(Text("权重", "Weight")),
        )
        rows = [
            (kpi.text, kpi_value(kpi, self.letter, self.lang), numbers.rate(kpi.weight, decimals))
            for kpi in self.letter.kpis
        ]
        rows.append((self.said(Text("合计", "Total")), "", numbers.rate(1.0, decimals)))
        yield Grid(head, tuple(rows), total=True)
        yield Words(
            self.said(
                Text(
                    "每项指标对应一个目标，每个目标只考核一次。",
                    "Each indicator measures one target, and no target is measured twice.",
                )
            ),
            "note",
        )

    def needs(self) -> Iterator[Block]:
        """Orders, customers, quotes, leads and visits behind the target, beside what is asked of everybody."""
        letter = self.letter
        if not letter.needs:
            return
        head = (self.said(Text("项目", "Activity")), self.said(Text("由目标倒推", "Needed for the target")),
                self.said(Text("公司要求", "Asked of all")))  # fmt: skip
        rows = tuple(
            (need.text.get(self.lang), *(numbers.MISSING if value is None else numbers.figure(value, need.decimals)
                                         for value in (need.needed, need.asked)))
            for need in letter.needs
        )  # fmt: skip
        yield Grid(head, rows)
        if letter.needs_note.get(self.lang):
            yield Words(letter.needs_note.get(self.lang), "note")

    def steps(self) -> Iterator[Block]:
        """From the base to the target, running sum beside each step."""
        if not self.letter.steps:
            return
        head = (self.said(Text("步骤", "Step")), self.said(Text("说明", "Ground")), self.said(Text("金额", "Amount")),
                self.said(Text("累计", "Running sum")))  # fmt: skip
        rows, running = [], 0
        for position, step in enumerate(self.letter.steps):
            running += step.amount_minor
            ground = " · ".join(part for part in (step.note, step.reference) if part)
            amount = self.unit.format(step.amount_minor, signed=position > 0)
            rows.append((step.text.get(self.lang), ground, amount, self.unit.format(running)))
        rows.append((self.said(Text("目标", "Target")), "", "", self.unit.format(self.letter.target_minor)))
        caption = self.said(Text(f"金额单位：{self.unit.label}", f"Amounts in {self.unit.label}"))
        yield Grid(head, tuple(rows), total=True, left=2, caption=caption, wide=0)

    def signings(self) -> tuple[Signing, ...]:
        """Both sides' lines."""
        lines = (self.said(Text("签字", "Signature")), self.said(Text("日期", "Date")))
        return (
            Signing(self.said(Text("甲方（下达方）", "A (set by)")), self.letter.issuer.name, lines),
            Signing(
                self.said(Text("乙方（责任人）", "B (held by)")),
                self.letter.holder.name or self.letter.node_name,
                lines,
            ),
        )

    def receipt(self) -> Section:
        """The acknowledgement slip, or what it says once it came back."""
        ack, letter = self.letter.acknowledgement, self.letter
        heading = self.said(Text("签收回执", "Acknowledgement"))
        if ack.state == "signed":
            said = self.said(Text(f"已于 {ack.on} 签收。", f"Acknowledged on {ack.on}."))
            return Section(heading, (Words(f"{said}{ack.note}"),))
        if ack.state == "objected":
            said = self.said(Text(f"已于 {ack.on} 提出异议：{ack.note}", f"Objection raised on {ack.on}: {ack.note}"))
            return Section(heading, (Words(said, "warn"),))
        name, number, line = letter.holder.name, letter.number, "＿" * 8
        text = Text(
            f"本人（{name or line}）已收到编号 {number} 的责任书，并已了解目标的由来：",
            f"I ({name or '_' * 16}) have received letter {number} and understand how its target was made:",
        )
        choices = (
            Text("☐ 同意并签署。", "☐ I agree and sign."),
            Text(f"☐ 有异议，理由：{line * 3}", f"☐ I object, because: {'_' * 48}"),
            Text(f"签字：{line}　　日期：{line}", f"Signature: {'_' * 20}   Date: {'_' * 16}"),
        )
        return Section(heading, tuple(Words(self.said(part)) for part in (text, *choices)))

    def foot(self) -> str:
        """Number, origin and the hash that stands for the approved targets."""
        letter = self.letter
        parts = [letter.number]
        if letter.source_version:
            parts.append(self.said(Text(f"方案 {letter.source_version}", f"proposal {letter.source_version}")))
        if letter.chain_head:
            parts.append(self.said(Text(f"目标链 {letter.chain_head[:16]}", f"chain head {letter.chain_head[:16]}")))
        return " · ".join(parts)
