"""The one table of settings: `PASSPORT_*` environment variables, read and checked once at start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from passport.errors import InputError, Refusal

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "PASSPORT_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: the name without prefix, its default as text, how it is read, whether it is masked."""

    name: str
    default: str
    read: Callable[[str], object]
    help: str
    secret: bool = False


def _path(text: str) -> Path:
    return (ROOT / text).resolve()


def _optional_path(text: str) -> Path | None:
    return _path(text) if text else None


def _database_url(text: str) -> str:
    scheme = "sqlite:///"
    if not text.startswith((scheme, "postgresql+psycopg://", "postgresql://")):
        raise ValueError("a URL that starts with sqlite:/// or postgresql+psycopg://")
    if text.startswith("postgresql://"):
        text = text.replace("postgresql://", "postgresql+psycopg://", 1)
    if text.startswith(scheme) and text != scheme and ":memory:" not in text:
        return scheme + str(_path(text.removeprefix(scheme)))
    return text


def _environment(text: str) -> str:
    if text not in ("development", "production"):
        raise ValueError("development or production")
    return text


def _days(text: str) -> timedelta:
    days = float(text.removesuffix("days").removesuffix("d").strip())
    if not 0 < days <= 3650:
        raise ValueError("a number of days between 0 and 3650")
    return timedelta(days=days)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("a time zone such as Asia/Ho_Chi_Minh") from error


def _country(text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha() or not text.isupper():
        raise ValueError("two capital letters")
    return text


def _hops(text: str) -> int:
    if text not in "0123" or len(text) != 1:
        raise ValueError("a number from 0 to 3")
    return int(text)


def _memory(text: str) -> str:
    number, unit = text[:-2], text[-2:]
    if unit not in ("MB", "GB") or not number.isascii() or not number.isdigit() or not int(number):
        raise ValueError("a number with MB or GB, such as 2GB")
    return text


def _url(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("an http or https address")
    return text.rstrip("/")


def _queue_url(text: str) -> str:
    if text and not text.startswith(("postgresql://", "redis://", "rediss://")):
        raise ValueError("a URL that starts with postgresql:// or redis://")
    return text


def _limits_url(text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://")):
        raise ValueError("a URL that starts with redis:// or rediss://")
    return text


def _mail_url(text: str) -> str:
    if text and not (text.startswith(("smtp://", "smtps://")) and urlsplit(text).hostname):
        raise ValueError("a URL that starts with smtp:// or smtps://")
    return text


def _mail_address(text: str) -> str:
    if "@" not in text[1:-1] or not text.isprintable():
        raise ValueError("an e-mail address")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", "sqlite:///instance/passport.db", _database_url, "SQLAlchemy URL of the database", True),
    Setting("KEYS_DIR", "keys", _path, "key ring; trust/, revocations/ and rules/ beneath it"),
    Setting("KEY_PASSPHRASE_FILE", "", _optional_path, "unlocks the signing keys; made in development only"),
    Setting("ENVIRONMENT", "development", _environment, "development or production; the latter refuses stand-ins"),
    Setting("QUEUE_URL", "", _queue_url, "queue of background jobs: PostgreSQL or Redis; empty: a file", True),
    Setting(
        "LIMITS_URL", "", _limits_url, "Redis where rate limits count; empty: each process counts for itself", True
    ),
    Setting("TIMEZONE", "Asia/Ho_Chi_Minh", _zone, "today, ages, future dates, printed times"),
    Setting("ISSUER_COUNTRY", "VN", _country, "country that certificates name"),
    Setting("ISSUER_NAME", "Bộ Y tế (Ministry of Health)", str, "issuer that certificates name"),
    Setting("POPULATION_URL", "", _url, "the national population database's yes/no service; empty: the stand-in"),
    Setting("SMTP_URL", "", _mail_url, "mail server for one-time codes, smtp(s)://user:password@host:port", True),
    Setting("MAIL_FROM", "no-reply@localhost", _mail_address, "whom mails come from"),
    Setting("SMS_URL", "", _url, "SMS gateway for one-time codes, asked by POST"),
    Setting("SMS_SECRET_FILE", "", _optional_path, "its bearer token"),
    Setting("TRUST_MAX_AGE", "14", _days, "days after which the trust list is stale"),
    Setting("REVOCATION_MAX_AGE", "14", _days, "days after which a revocation list is stale"),
    Setting("ICVP_CLAIM", "-6", int, "hcert sub-key of the WHO ICVP payload"),
    Setting("BASE_URL", "http://localhost:8000", _url, "links, SMART Health Card issuer, did:web"),
    Setting("TRUSTED_PROXIES", "0", _hops, "proxies in front whose X-Forwarded headers are believed"),
    Setting("INSTANCE_DIR", "instance", _path, "folder of run-time files: database, stand-in, demo"),
    Setting("SECRET_KEY_FILE", "", _optional_path, "signs sessions; made in development only"),
    Setting("LINKAGE_MEMORY", "2GB", _memory, "what the database of a linkage run may hold before it spills to disk"),
    Setting("SPARK_MASTER", "local[*]", str, "the Spark master that `linkage run --engine spark` works on"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; below the faces single values are passed on, never this object."""

    database_url: str
    keys_dir: Path
    key_passphrase_file: Path | None
    environment: str
    queue_url: str
    limits_url: str
    timezone: ZoneInfo
    issuer_country: str
    issuer_name: str
    population_url: str
    smtp_url: str
    mail_from: str
    sms_url: str
    sms_secret_file: Path | None
    trust_max_age: timedelta
    revocation_max_age: timedelta
    icvp_claim: int
    base_url: str
    trusted_proxies: int
    instance_dir: Path
    secret_key_file: Path | None
    linkage_memory: str
    spark_master: str

    @property
    def production(self) -> bool:
        """Whether stand-ins, demo data and plain keys are refused."""
        return self.environment == "production"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Reads and checks every setting; raises InputError (bad_setting) naming the first that is wrong or unknown."""
    known = {PREFIX + setting.name for setting in SETTINGS}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            raise InputError(Refusal.BAD_SETTING, f"{name}: no such setting")
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = environ.get(PREFIX + setting.name, setting.default)
        try:
            values[setting.name.lower()] = setting.read(text)
        except ValueError as error:
            raise InputError(Refusal.BAD_SETTING, f"{PREFIX}{setting.name}: {error}") from error
    return Settings(**values)  # type: ignore[arg-type]  # SETTINGS and Settings are compared by a test
