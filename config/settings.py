"""All settings of the desk; an environment variable for each thing in which deployments really differ."""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONCE, NONE, SELF

from config.keys import kept_key

# Forms and admin classes can name their model, as the type checker wants it.
django_stubs_ext.monkeypatch()

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
# Everything the desk writes: database, files, mail, keys, logs, broker, collected static files.
LIAISE_VAR = Path(env.str("LIAISE_VAR", default=str(BASE_DIR / "var"))).resolve()
LIAISE_VAR.mkdir(parents=True, exist_ok=True)

# Where people reach the desk: links in mails start with it, and its scheme decides about cookies and HSTS.
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{env.int('PORT', default=8000)}").rstrip("/")
_site = urlsplit(SITE_URL)
_https = _site.scheme == "https"

SECRET_KEY = env.str("SECRET_KEY", default="") or kept_key(LIAISE_VAR / "keys" / "secret")
# Signed links have a key of their own, so that a new SECRET_KEY does not break those that are in letters.
LINK_KEY = env.str("LINK_KEY", default="") or kept_key(LIAISE_VAR / "keys" / "links")

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or list(
    dict.fromkeys([_site.hostname, "localhost", "127.0.0.1", "[::1]"])
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
# Cookies ignore ports: two desks side by side on one host would sign each other's people out.
SESSION_COOKIE_NAME = f"session{_site.port or ''}"
CSRF_COOKIE_NAME = f"csrf{_site.port or ''}"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
# HSTS for subdomains and in browsers' lists is for the owner of the domain to decide, at the proxy.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # The one inline style that the rich text editor of django-prose-editor 0.28 adds.
        "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

INSTALLED_APPS = [
    "roadmap",
    "liaisons",
    "contacts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_prose_editor",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "contacts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "contacts.context.desk",
            ],
        },
    },
]

AUTH_USER_MODEL = "contacts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ru", "Русский"),
    ("zh-hans", "简体中文"),
    ("ar", "العربية"),
]
TIME_ZONE = "UTC"
USE_TZ = True

_database = env.str("DATABASE_URL", default="") or f"sqlite:///{LIAISE_VAR / 'desk.sqlite3'}"
DATABASES = {"default": env.db_url_config(_database)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a deferred one that begins to write fails at once when another writes
        "timeout": 20,
        # synchronous=NORMAL could lose commits at a power failure: mails would leave twice, numbers be given again.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }

DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# In the database and not in Redis: a broker that is gone must not take pages with it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # Pages of what is being typed, a hundred kilobytes each: they must not crowd out what is kept for a day.
    "leaves": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "leaves",
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    # The same server in Celery's spelling.
    CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": 120,
        # Without these two the task of a killed worker comes back only after a hundred seconds.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
    }
else:
    # A broker that needs no server. It loses what a dying worker held; the rows in the database are the real queue.
    _broker = LIAISE_VAR / "broker"
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "polling_interval": 0.1,
    }
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Below half the visibility timeout, or a slow task would be handed to a second worker.
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 55
# A page must not wait for a broker that is gone: the next tick finds the row.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
# How often scheduler and worker show that they are alive.
TICK_SECONDS = 60
# Each tick expires before its next one, so a worker that was away does not work through a pile of them.
CELERY_BEAT_SCHEDULE = {
    "deliver-due": {"task": "liaisons.tasks.deliver_due", "schedule": 60, "options": {"expires": 50}},
    "make-documents": {"task": "liaisons.tasks.make_documents", "schedule": 60, "options": {"expires": 50}},
    "fetch-mail": {"task": "liaisons.tasks.fetch_mail", "schedule": 60, "options": {"expires": 50}},
    "fill-reminders": {"task": "liaisons.tasks.fill_reminders", "schedule": 300, "options": {"expires": 240}},
    "housekeep": {"task": "liaisons.tasks.housekeep", "schedule": TICK_SECONDS, "options": {"expires": 50}},
    "mirror-folders": {"task": "liaisons.tasks.mirror_folders", "schedule": 300, "options": {"expires": 240}},
}

# Without a mail server every mail becomes a file here, which the desk shows as a page.
MAILBOX_DIR = LIAISE_VAR / "mail"
EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
EMAIL_TIMEOUT = 10

# Where mail to the desks lies, one or several, apart by blanks: imaps://user:password@host/INBOX?desk=slug&kept=Liaise
INBOX_URLS = env.str("INBOX_URLS", default="").split()

# An address typed without a scheme is taken as https, as Django 6 will do by itself.
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "/static/"
STATIC_ROOT = LIAISE_VAR / "static"
# Nobody asks for them but developer tools; compressing them takes longer than all the rest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "gif", "woff", "woff2", "gz", "br"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": LIAISE_VAR / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# The registers of desks as files, a folder for each desk; and the same on a server, whose key must be known.
FOLDER = Path(env.str("FOLDER", default="") or LIAISE_VAR / "folder").absolute()
if FOLDER == LIAISE_VAR / "folder":
    FOLDER.mkdir(exist_ok=True)  # another one may be a share: without its mount nothing is written
FOLDER_SFTP = env.str("FOLDER_SFTP", default="")  # sftp://user:password@host:22/path
FOLDER_SFTP_KEY = env.str("FOLDER_SFTP_KEY", default="")  # path of our private key
FOLDER_SFTP_HOST_KEY = env.str("FOLDER_SFTP_HOST_KEY", default="")  # the server's public key: ssh-ed25519 AAAA…
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # without files: the text of a statement with its tables

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"short": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "short"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # its own handlers would print twice
        # A line for each tick of each task would bury the others.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "asyncssh": {"level": "WARNING"},  # ten lines for each connection
    },
}
