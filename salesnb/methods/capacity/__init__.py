"""What a number of seats can bring, with its doubt, and which hires close a gap.

today = capacity(tenure, level, season, terms, level_cv)      # closed form: mean and variance of every seat
today.moments(), today.attain(target)
need = hires_needed(today, target, hire_by_month(season, level, terms))
need.count[0], need.latest(2)                                 # seats if they start now; last month for two seats
cheapest_plan(need.gap, value, cost, most, group)
"""

from salesnb.methods.capacity.hiring import Hiring, Plan, cheapest_plan, hire_by_month, hires_needed
from salesnb.methods.capacity.seats import Capacity, Terms, capacity, chance

__all__ = [
    "Capacity",
    "Hiring",
    "Plan",
    "Terms",
    "capacity",
    "chance",
    "cheapest_plan",
    "hire_by_month",
    "hires_needed",
]
