"""Where the product's folders stand, found without importing anything."""

from __future__ import annotations

import os


def home_folder() -> str | None:
    """``SALESNB_HOME``, else the first folder upward that holds ``notebooks`` and ``params``, else the checkout."""
    chosen = os.environ.get("SALESNB_HOME")
    if chosen:
        return os.path.realpath(chosen)
    folder = os.path.realpath(os.getcwd())
    while True:
        if _is_home(folder):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    return checkout if _is_home(checkout) else None


def _is_home(folder: str) -> bool:
    return all(os.path.isdir(os.path.join(folder, name)) for name in ("notebooks", "params"))


def folder_of(variable: str, name: str) -> str | None:
    """The folder that environment variable ``variable`` names, else ``name`` in the home; None without a home."""
    chosen = os.environ.get(variable)
    if chosen:
        return os.path.realpath(chosen)
    home = home_folder()
    return None if home is None else os.path.join(home, name)
