"""Every table contract of the workbook."""

from salesnb.model.contracts import customers, facts, funnel, history, team

ALL = (*facts.ALL, *history.ALL, *customers.ALL, *team.ALL, *funnel.ALL)
