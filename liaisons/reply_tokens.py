"""The token in the Reply-To of a mail, by which an answer finds back to what it answers.

It says which mail is answered and proves nothing about who answers: whoever got the mail, or a copy of it, has it.
"""

import base64
import hashlib
import hmac
import re

from django.conf import settings

# Letters of one case and digits: servers on the way may change the case of what stands before the @. The digits are
# not \d, which takes those of every script: a mail that nothing could compare would never leave its inbox.
_TOKEN = re.compile(r"([1-9][0-9]{0,18})-([a-z2-7]{16})")


def token(message: int) -> str:
    """The key of the message and a seal of 80 bits: short enough for the 64 characters before an @."""
    seal = hmac.digest(settings.LINK_KEY.encode(), f"reply {message}".encode(), hashlib.sha256)[:10]
    return f"{message}-{base64.b32encode(seal).decode().lower()}"


def read(text: str) -> int | None:
    """The key of the message whose token stands in the text, of an address or a header; None without a true one."""
    for found in _TOKEN.finditer(text.lower()):
        if hmac.compare_digest(token(int(found[1])), found[0]):
            return int(found[1])
    return None


def address(mailbox: str, message: int) -> str:
    """The mailbox with the token as its subaddress (RFC 5233): secretariat+12-…@example.org."""
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{token(message)}@{domain}"
