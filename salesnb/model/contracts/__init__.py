"""Every table contract of the workbook."""

from salesnb.model.contracts import facts, history

ALL = (*facts.ALL, *history.ALL)
