"""The review's answers about closing a period, people, checks and customers: one call for each question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.notebook.review_performance import PerformanceQuestions

if TYPE_CHECKING:
    from salesnb.report.exhibit import Exhibit


class ClosingShows(PerformanceQuestions):
    """Mixin of the review book."""

    def problems(self) -> Exhibit:
        """Nodes below the pass line, each with its analysis."""
        from salesnb.notebook import review_closing_exhibits

        return review_closing_exhibits.problems(self)

    def strategies(self) -> Exhibit:
        """What every strategy changed against a forecast made before it began; otherwise that it cannot be told."""
        from salesnb.notebook import review_closing_exhibits

        return review_closing_exhibits.strategies(self)

    def improvements(self) -> Exhibit:
        """Improvements until they are closed."""
        from salesnb.notebook import review_closing_exhibits

        return review_closing_exhibits.improvements(self)

    def restated(self) -> Exhibit:
        """What closed months showed when they were closed, and show now."""
        from salesnb.notebook import review_closing_exhibits

        return review_closing_exhibits.restated(self)

    def carried(self) -> Exhibit:
        """Remarks, lessons and, at the end of a year, draft goals of the next."""
        from salesnb.notebook import review_closing_exhibits

        return review_closing_exhibits.carried(self, self.goals_table)

    def performance(self) -> Exhibit:
        """Everyone's score and grade, commission to date, awards and promotions due."""
        from salesnb.notebook import review_watch_exhibits

        return review_watch_exhibits.performance(self)

    def month_end(self) -> Exhibit:
        """Sales bunched into the last days of a month, sent back after it, or split."""
        from salesnb.notebook import review_watch_exhibits

        return review_watch_exhibits.month_end(self)

    def receivables(self) -> Exhibit:
        """What is not received yet, by age."""
        from salesnb.notebook import review_watch_exhibits

        return review_watch_exhibits.receivables(self)

    def dealers(self) -> Exhibit:
        """Dealers' sell-in against sell-out, and sales outside a registration."""
        from salesnb.notebook import review_channel_exhibits

        return review_channel_exhibits.dealers(self)

    def entities(self) -> Exhibit:
        """Legal entities alone and consolidated."""
        from salesnb.notebook import review_channel_exhibits

        return review_channel_exhibits.entities(self)

    def portraits(self) -> Exhibit:
        """Which customers win, and the window after a quote was viewed."""
        from salesnb.notebook import review_watch_exhibits

        return review_watch_exhibits.portraits(self)

    def playbook(self, query: str = "") -> Exhibit:
        """The playbook; with ``query`` (a few words) what a full-text search finds, the best match first."""
        from salesnb.notebook import review_watch_exhibits

        return review_watch_exhibits.playbook(self, query)
