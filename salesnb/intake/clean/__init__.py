"""Raw text → numbers, dates and words: SQL for the plain spellings, exact Python for each distinct odd one."""
