"""The tests' settings, with django-mailer beside us and our mails going to a server on loopback."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "mailer"]
EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
EMAIL_HOST = "127.0.0.1"
MAILER_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
MAILER_USE_FILE_LOCK = False  # so that two of its senders may work at once, as two of ours do
LOGGING["root"]["level"] = "WARNING"  # it writes a line for each mail
