"""Sources → clean → checked tables. Doors: ``facts.load(unit)``, ``init.guess(paths, unit)``."""
