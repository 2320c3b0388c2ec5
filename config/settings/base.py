"""The settings of every installation; what differs between installations comes from `environment`."""

from typing import Any

from config.logs import configure_logging
from config.settings import api
from config.settings.brokers import broker_settings
from config.settings.databases import connection_string, database_settings
from config.settings.environment import CHECKOUT, Environment
from config.settings.secret_key import kept_secret_key

ENVIRONMENT = Environment()
_database_url = ENVIRONMENT.database_url.get_secret_value() if ENVIRONMENT.database_url else None
_broker_url = ENVIRONMENT.celery_broker_url.get_secret_value() if ENVIRONMENT.celery_broker_url else None

BASE_DIR = CHECKOUT
JEONGSAN_VAR = ENVIRONMENT.jeongsan_var
DEBUG = ENVIRONMENT.debug
SECRET_KEY = (
    ENVIRONMENT.secret_key.get_secret_value() if ENVIRONMENT.secret_key else kept_secret_key(ENVIRONMENT.jeongsan_var)
)
ENCRYPTION_KEYS = [key.get_secret_value() for key in ENVIRONMENT.encryption_keys]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "config.staff",
    "config.home",
    "payments",
    "fraud",
    "analytics",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "template_partials",
    "pgtrigger",
    "pghistory",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.short_path.webhooks_first",
    "config.nul.without_damaged_cookies",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.staff.middleware.SignInFirst",
    "config.staff.middleware.personal_screen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.nul.RefuseNul",
    "config.history.RedactedHistory",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.home.screen.screen",
            ],
        },
    },
]
FORM_RENDERER = "payments.web.rendering.ScreenRenderer"
EXPORT_WITNESS = "payments.records.services.exports.witness"

# --- the database, and what is shared through it -----------------------------------------------------------------
DATABASES = {"default": database_settings(_database_url, JEONGSAN_VAR)}
# The cache must be one for all processes, or every web process would count log-in attempts for itself.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "config_cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}

# --- files ---------------------------------------------------------------------------------------------------------
MEDIA_ROOT = JEONGSAN_VAR / "files"
STATIC_URL = "static/"
STATIC_ROOT = JEONGSAN_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.assets.PackageFileFinder",
]
NODE_PACKAGE_FILES = {  # with the source maps, since the manifest follows the references to them
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "plotly/plotly-cartesian.min.js": "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
    "plotly/ko.js": "plotly.js-locales/ko.js",
    "plotly/ja.js": "plotly.js-locales/ja.js",
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- languages and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("ko", "한국어"), ("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# Figures are kept by the calendar days of this zone; asked for in another they are made of hours.
REPORTING_ZONE = ENVIRONMENT.reporting_zone
REPORTING_CURRENCY = ENVIRONMENT.reporting_currency

# --- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["config.staff.backends.StaffBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.staff.adapter.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody signs up: an administrator vouches for the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a forgotten password of nobody sends nothing, and says the same
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT = ENVIRONMENT.trusted_proxy_count

# --- the browser ---------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        # The hash is of the empty string: charts make an empty <style> and fill it through the CSS object model.
        "style-src": ["'self'", "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = ENVIRONMENT.https_only
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.https_only else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENVIRONMENT.https_only
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxy_count else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.https_only
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if ENVIRONMENT.https_only else "session"
CSRF_COOKIE_NAME = "__Host-csrftoken" if ENVIRONMENT.https_only else "csrftoken"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- mail ----------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.default_from_email
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if ENVIRONMENT.email_host else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = JEONGSAN_VAR / "mail"
EMAIL_HOST = ENVIRONMENT.email_host
EMAIL_PORT = ENVIRONMENT.email_port
EMAIL_HOST_USER = ENVIRONMENT.email_host_user
EMAIL_HOST_PASSWORD = ENVIRONMENT.email_host_password.get_secret_value()
EMAIL_USE_TLS = ENVIRONMENT.email_use_tls
EMAIL_TIMEOUT = 20  # seconds

# --- background work -----------------------------------------------------------------------------------------------
_broker = broker_settings(
    _broker_url, connection_string(_database_url, JEONGSAN_VAR), ENVIRONMENT.celery_visibility_timeout
)
CELERY_BROKER_URL = _broker.url
CELERY_BROKER_TRANSPORT_OPTIONS = _broker.options
CELERY_WORKER_PREFETCH_MULTIPLIER = _broker.prefetch

# --- the doors of machines -----------------------------------------------------------------------------------------
UNSIGNED_DELIVERIES_PER_MINUTE = ENVIRONMENT.unsigned_deliveries_per_minute

# --- the drop of files ---------------------------------------------------------------------------------------------
FILE_DROP = ENVIRONMENT.file_drop
FILE_DROP_SETTLE_SECONDS = ENVIRONMENT.file_drop_settle_seconds
FILE_DROP_LANGUAGE = ENVIRONMENT.file_drop_language

# --- the merchant API ----------------------------------------------------------------------------------------------
API_REQUESTS_PER_MINUTE = ENVIRONMENT.api_requests_per_minute
REST_FRAMEWORK = api.REST_FRAMEWORK
DRF_STANDARDIZED_ERRORS = api.DRF_STANDARDIZED_ERRORS
SPECTACULAR_SETTINGS = api.SPECTACULAR_SETTINGS

# --- logs ----------------------------------------------------------------------------------------------------------
LOGGING = configure_logging(ENVIRONMENT.log_level, ENVIRONMENT.log_format)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # an address is personal data; the audit log keeps it where it is needed
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = DJANGO_STRUCTLOG_STATUS_DEFAULT_LOG_LEVEL = 10

# --- the hallway of the house: what happens to changed facts, in the transaction that changed them ------------------
LEDGER_PIPELINE: list[str] = [
    "payments.acts.services.inquiries.note",
    "payments.ledger.services.telling.tell",
    "fraud.features.services.sightings.keep",
    "fraud.labels.services.disputes.note",
    "fraud.decisions.services.marking.mark",
    "fraud.decisions.services.assessing.assess",
    "analytics.rollups.services.marking.mark",
]

# Sections that the rooms above the ledger add to the page of a payment, from the top.
PAYMENT_PANELS = [
    "fraud.decisions.panels.assessed",
    "fraud.review.panels.cases",
    "payments.acts.panels.acts",
    "payments.settlement.panels.settled_by",
    "payments.intake.panels.delivered",
]
WEBHOOK_LOOPBACK_IS_ALLOWED = ENVIRONMENT.webhook_loopback

# --- fraud ---------------------------------------------------------------------------------------------------------
# What one unit of a currency is worth in the reference currency: to compare and order by, never shown as money.
# A currency that is not named counts as worth one.
FRAUD_REFERENCE_RATES = {"USD": "1", "KRW": "0.00073", "JPY": "0.0066", "EUR": "1.08"}
FRAUD_LABEL_MATURITY_DAYS = 120  # card networks take disputes for about that long
# While lists, rules or score cannot be asked: allow, review or block, up to these minor units (None: any amount).
FRAUD_DOWN_POLICY = {
    "KRW": ((100_000, "allow"), (None, "review")),
    "JPY": ((10_000, "allow"), (None, "review")),
    "USD": ((10_000, "allow"), (None, "review")),
    "EUR": ((10_000, "allow"), (None, "review")),
    "default": ((None, "review"),),
}
# What the clock does with a held payment that nobody decided about in time: release or cancel.
FRAUD_DEADLINE_POLICY = {
    "KRW": ((50_000, "release"), (None, "cancel")),
    "JPY": ((5_000, "release"), (None, "cancel")),
    "USD": ((5_000, "release"), (None, "cancel")),
    "EUR": ((5_000, "release"), (None, "cancel")),
    "default": ((None, "cancel"),),
}
FRAUD_HOLD_AT_MOST_SECONDS = 2 * 24 * 3600
FRAUD_HOLD_MARGIN_SECONDS = 2 * 3600  # before an authorization lapses
FRAUD_SAMPLE_PPM = 5_000  # of what is allowed, drawn for people to look at all the same
# Seconds until a case should be decided, by queue (review, escalated, sample, quality), unless as they promise.
FRAUD_QUEUE_SLA_SECONDS: dict[str, int] = {}
# Hours in which that time passes, by queue (opens, closes, country, zone), unless in all of them.
FRAUD_QUEUE_BUSINESS_HOURS: dict[str, dict[str, str]] = {}
# What becomes of a case that nobody decided in time, by queue, unless as they promise: escalate or mark. It is told.
FRAUD_QUEUE_WHEN_LATE: dict[str, str] = {}
# Above these minor units of one case a second person must agree to what was decided.
FRAUD_SECOND_ABOVE = {"KRW": 1_000_000, "JPY": 100_000, "USD": 100_000, "EUR": 100_000}
