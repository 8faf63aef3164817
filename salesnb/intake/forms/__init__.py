"""Managers' fill-in workbooks on their way back: read, checked cell by cell, and set against what was handed down."""

from salesnb.intake.forms.gaps import gaps
from salesnb.intake.forms.keep import dump, entries, merged, returned, stored
from salesnb.intake.forms.make import Handed, forms_of, round_up
from salesnb.intake.forms.read import Returned, read_form

__all__ = [
    "Handed",
    "Returned",
    "dump",
    "entries",
    "forms_of",
    "gaps",
    "merged",
    "read_form",
    "returned",
    "round_up",
    "stored",
]
