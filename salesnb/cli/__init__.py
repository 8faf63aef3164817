"""The command line: ``salesnb COMMAND``. Exit 0 done, 1 findings or a failed notebook, 2 wrong use."""
