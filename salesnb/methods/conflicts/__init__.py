"""Limits that contradict each other."""
