"""What each e-mail says and who gets it: functions return drafts, the caller queues them through the outbox."""

from email.utils import format_datetime

from django.utils.translation import gettext as _

from liaisons import links
from liaisons.mail.answering import answer_received, passed_on, receipt, reminders_wanted, time_decided
from liaisons.mail.approving import approved, ask_approval, called_off, lost, report_over, returned, stopped, unasked
from liaisons.mail.assigning import allocated, assigned, settled
from liaisons.mail.circulating import taken_back, to_list, window_moved
from liaisons.mail.commenting import after_approval, confirm_comment, disposed, kind_corrected
from liaisons.mail.digests import reminder_digest
from liaisons.mail.dispatching import addresses, again, correction, dispatch, forwarded, to_paste, withdrawal
from liaisons.mail.reminding import remind_addressee, remind_list
from liaisons.mail.seen import Seen
from liaisons.models import Message
from liaisons.outbox import Draft

__all__ = [
    "addresses",
    "after_approval",
    "again",
    "allocated",
    "answer_received",
    "approved",
    "ask_approval",
    "assigned",
    "called_off",
    "confirm_comment",
    "correction",
    "dispatch",
    "disposed",
    "forwarded",
    "kind_corrected",
    "lost",
    "passed_on",
    "preview",
    "receipt",
    "remind_addressee",
    "remind_list",
    "reminder_digest",
    "reminders_wanted",
    "report_over",
    "returned",
    "settled",
    "stopped",
    "taken_back",
    "time_decided",
    "to_list",
    "to_paste",
    "unasked",
    "window_moved",
    "withdrawal",
]


def preview(mail: Draft | Message) -> str:
    """The mail as it will leave, for people to read: headers, text, names of files. Links are masked."""
    seen = Seen.of(mail)
    message = seen.message
    headers = {
        "From": message.sender,
        "To": message.to,
        "Cc": message.cc,
        "Reply-To": message.reply_to,
        "Subject": message.subject,
        "Date": format_datetime(message.sent_at or message.not_before),
        "Message-ID": message.message_id,
        **message.headers,
    }
    head = "\n".join(f"{name}: {links.mask(value)}" for name, value in headers.items() if value)
    files = "".join(f"\n[{name}]" for name in seen.names) if seen.attached else ""
    return f"{head}\n\n{seen.text}" + (f"\n{_('Attached:')}{files}\n" if files else "")
