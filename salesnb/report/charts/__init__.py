"""Charts as SVG for a page: direct labels, a light grid, blue for actual, grey for target.

Red and green are only worse and better. Every chart takes plain sequences and a scale (``MoneyUnit``, ``Rate``,
``Count``) and returns ``Markup``.
"""

from salesnb.report.charts.bars import Bar, bars
from salesnb.report.charts.bridge import bridge
from salesnb.report.charts.heat import heat
from salesnb.report.charts.lines import Series, season, trend
from salesnb.report.charts.shares import shares

__all__ = ["Bar", "Series", "bars", "bridge", "heat", "season", "shares", "trend"]
