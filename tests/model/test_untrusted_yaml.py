"""Params are untrusted text: what would exhaust memory or time, build an object or hide a value is refused by name."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from salesnb.model.errors import ParamsError
from salesnb.model.params.strict import load_yaml

REFUSED = {
    "laughs": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "锚点"),
    "merge": ("a: &x {b: 1}\nc:\n  <<: *x\n", "锚点"),
    "deep list": ("a: " + "[" * 20_000, "嵌套"),
    "deep map": ("a: " + "{b: " * 3_000, "嵌套"),
    "deep block": ("".join(" " * i + "k:\n" for i in range(900)), "嵌套"),
    "many items": ("a: [" + "1," * 1_000_000 + "]", "多于"),
    "many lines": ("a:\n" + "- 1\n" * 300_000, "多于"),
    "huge": ("a: " + "x" * 5_000_000, "字节"),
    "object": ("a: !!python/object/apply:os.system [ls]\n", "标签"),
    "tagged scalar": ("a: !!python/name:os.system x\n", "标签"),
    "set": ("a: !!set {x}\n", "标签"),
    "long number": ("a: " + "9" * 5_000, "数字过长"),
    "long hexadecimal": ("a: 0x" + "f" * 100_000, "数字过长"),
    "infinite": ("a: 1e999\n", "有限"),
    "no number": ("a: .nan\n", "有限"),
    "no date": ("a: 9999-99-99\n", "不存在"),
    "key that is a list": ("? [a, b]\n: 1\n", "键应为"),
    "second document": ("a: 1\n---\nb: 2\n", "YAML"),
    "null byte": ('a: "\0"\n', "YAML"),
    "list at the top": ("- a\n- b\n", "最外层"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_person_would_write_is_refused_quickly(tmp_path: Path, name: str) -> None:
    text, word = REFUSED[name]
    path = tmp_path / "company.yaml"
    path.write_text(text, encoding="utf-8")
    started = time.process_time()
    with pytest.raises(ParamsError) as error:
        load_yaml(path)
    assert time.process_time() - started < 5
    said = error.value.say("zh")
    assert word in said and "company.yaml" in said


def test_what_a_person_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_text("a: 1_000\nb: -1.5e3\nc: [x, {d: 2024-01-31}]\ne: !!str 012\nf: ~\n", encoding="utf-8")
    data = load_yaml(path).data
    assert data["a"] == 1000 and data["b"] == -1500.0 and data["e"] == "012" and data["f"] is None
    assert str(data["c"][1]["d"]) == "2024-01-31"
