"""How a comparison says inside plain words what came in and what went out.

Rows, titles and lines of a page are plain text; in a comparison these signs, which no author can write
(`printable()` takes them out of every text), enclose what changed. Bodies are trees and use <ins> and <del>.
"""

INSERTED, END_INSERTED, DELETED, END_DELETED = "\ue000", "\ue001", "\ue002", "\ue003"
SIGNS = INSERTED + END_INSERTED + DELETED + END_DELETED
