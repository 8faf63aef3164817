"""Every table contract of the workbook."""

from salesnb.model.contracts import customers, decomposition, facts, funnel, goals, history, team

ALL = (*facts.ALL, *history.ALL, *customers.ALL, *team.ALL, *funnel.ALL, *goals.ALL, *decomposition.ALL)
