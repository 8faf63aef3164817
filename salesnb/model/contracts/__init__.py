"""Every table contract of the workbook."""

from salesnb.model.contracts import facts

ALL = (*facts.ALL,)
