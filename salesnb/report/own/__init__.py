"""The page of one region or one person, from tables that hold nothing but theirs (R79)."""

from salesnb.report.own.page import Own, Shared, render

__all__ = ["Own", "Shared", "render"]
