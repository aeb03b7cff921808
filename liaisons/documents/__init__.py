"""A letter under its masthead becomes bytes: the ITU page as PDF and as Word, and plain text for mails.

Callers outside use `renderer.render()`, which works in a child process, and `sanitize`; nothing here knows the
database.
"""
