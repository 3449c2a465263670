"""The settings, read from the environment once, frozen, checked at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from supervision.errors import Refusal

MODES = ("production", "training")
SECOND_FACTOR = ("nobody", "district", "everybody")
FIRST_YEAR, LAST_YEAR = 2000, 2199
"""The years that a moment handed in from outside may lie in."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings; each field is a row of the README's table of settings."""

    mode: str = "production"
    data_dir: Path = Path("/var/lib/supervision")
    database_url: str | None = None
    migration_url: str | None = None
    now: datetime | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    bureau: str = "尖草坪区司法局"
    idle_minutes: int = 30
    region: str = "cn"
    sms: str = "console"
    twilio_account: str = ""
    twilio_token: str = ""
    twilio_sender: str = ""
    twilio_base_url: str = "https://api.twilio.com"
    cross_border_assessment: str = ""
    public_url: str = ""
    second_factor: str = "nobody"
    confirm_minutes: int = 10
    trusted_proxies: str = "127.0.0.1,::1"
    backup_dir: Path | None = None
    heads_dir: Path | None = None

    @property
    def backup_folder(self) -> Path:
        """Where backups are kept: as set, else in the data folder."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def training(self) -> bool:
        return self.mode == "training"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this environment. Raises Refusal with one sentence for a value that can't be used."""
    env = os.environ if environment is None else environment
    mode = env.get("SUPERVISION_MODE") or "production"
    if mode not in MODES:
        raise Refusal(f"SUPERVISION_MODE must be one of {', '.join(MODES)}, not {mode!r}.")
    now = _moment(env.get("SUPERVISION_NOW", ""))
    if now and mode != "training":
        raise Refusal("SUPERVISION_NOW (the training clock) is refused unless SUPERVISION_MODE=training.")
    return Settings(
        mode=mode,
        data_dir=Path(env.get("SUPERVISION_DATA_DIR") or _default_data_dir(env)).expanduser(),
        database_url=_address(env, "SUPERVISION_DATABASE_URL"),
        migration_url=_address(env, "SUPERVISION_MIGRATION_URL"),
        now=now,
        host=env.get("SUPERVISION_HOST") or "127.0.0.1",
        port=_port(env),
        bureau=env.get("SUPERVISION_BUREAU") or "尖草坪区司法局",
        idle_minutes=_number(env, "SUPERVISION_IDLE_MINUTES", 30),
        region=env.get("SUPERVISION_REGION") or "cn",
        sms=env.get("SUPERVISION_SMS") or "console",
        twilio_account=env.get("TWILIO_ACCOUNT_SID", ""),
        twilio_token=env.get("TWILIO_AUTH_TOKEN", ""),
        twilio_sender=env.get("TWILIO_SENDER", ""),
        twilio_base_url=env.get("TWILIO_BASE_URL") or "https://api.twilio.com",
        cross_border_assessment=env.get("SUPERVISION_CROSS_BORDER_ASSESSMENT", ""),
        public_url=env.get("SUPERVISION_PUBLIC_URL", ""),
        second_factor=_second_factor(env, mode),
        confirm_minutes=_number(env, "SUPERVISION_CONFIRM_MINUTES", 10),
        trusted_proxies=env.get("SUPERVISION_TRUSTED_PROXIES") or "127.0.0.1,::1",
        backup_dir=Path(folder).expanduser() if (folder := env.get("SUPERVISION_BACKUP_DIR")) else None,
        heads_dir=Path(heads).expanduser() if (heads := env.get("SUPERVISION_HEADS_DIR")) else None,
    )


def _second_factor(env: Mapping[str, str], mode: str) -> str:
    """Who must have one: in training nobody unless it is said, else whoever sees the whole district or keeps its accounts."""
    chosen = env.get("SUPERVISION_SECOND_FACTOR") or ("nobody" if mode == "training" else "district")
    if chosen not in SECOND_FACTOR:
        raise Refusal(f"SUPERVISION_SECOND_FACTOR must be one of {', '.join(SECOND_FACTOR)}, not {chosen!r}.")
    return chosen


def _default_data_dir(env: Mapping[str, str]) -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/supervision")
    home = env.get("XDG_DATA_HOME") or str(Path(env.get("HOME", "/tmp")) / ".local" / "share")
    return Path(home) / "supervision"


def moment_of(text: str) -> datetime:
    """A moment with its zone, as in 2026-11-22T09:00+08:00. Raises Refusal."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{text!r} is not a moment (wanted: 2026-11-22T09:00+08:00).") from None
    if moment.tzinfo is None:
        raise Refusal(f"{text!r} must say its zone, as in 2026-11-22T09:00+08:00.")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Refusal(f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    return moment


def _moment(text: str) -> datetime | None:
    try:
        return moment_of(text) if text else None
    except Refusal as refusal:
        raise Refusal(f"SUPERVISION_NOW: {refusal.sentence}") from None


def _address(env: Mapping[str, str], name: str) -> str | None:
    """A database's address, or None. The sentence doesn't repeat it: it may hold a password."""
    text = env.get(name)
    if not text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("postgresql", "postgres") and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Refusal(f"{name} is not the address of a PostgreSQL database (wanted: postgresql://user@host/database).")
    return text


def _port(env: Mapping[str, str]) -> int:
    port = _number(env, "PORT", 8000)
    if not 0 < port < 65536:
        raise Refusal(f"PORT must lie between 1 and 65535, not {port}.")
    return port


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdecimal()):
        raise Refusal(f"{name} must be a whole number, not {text!r}.")
    return int(text)
