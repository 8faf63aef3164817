"""Managers' fill-in workbooks on their way back: read, checked cell by cell, and set against what was handed down."""

from salesnb.intake.forms.gaps import gaps
from salesnb.intake.forms.read import Returned, read_form

__all__ = ["Returned", "gaps", "read_form"]
