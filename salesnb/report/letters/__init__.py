"""Responsibility letters (目标责任书): what one says, and the same letter as HTML and as .docx."""

from salesnb.report.letters.build import Approval, Sources, letters, person_letter, region_letter, vacant
from salesnb.report.letters.compose import TABLES, Issue, composed, receipts
from salesnb.report.letters.content import Letter, check_letter, unsigned
from salesnb.report.letters.difference import replacing
from salesnb.report.letters.html import html_letter
from salesnb.report.letters.word import docx_letter, write_docx

__all__ = [
    "TABLES",
    "Approval",
    "Issue",
    "Letter",
    "Sources",
    "check_letter",
    "composed",
    "docx_letter",
    "html_letter",
    "letters",
    "person_letter",
    "receipts",
    "region_letter",
    "replacing",
    "unsigned",
    "vacant",
    "write_docx",
]
