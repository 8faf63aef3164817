"""Typed source rows → the fact tables of ``salesnb.model.contracts.facts``."""
