"""Every table contract of the workbook."""

from salesnb.model.contracts import customers, facts, history, team

ALL = (*facts.ALL, *history.ALL, *customers.ALL, *team.ALL)
