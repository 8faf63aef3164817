"""The quality gate: what was found in the exports, what was set aside, what stops a run."""
