"""Settings from the environment, checked once at start. The README's table lists the same names."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOG_LEVELS = ("info", "debug", "warning", "error")
ROOT = Path(__file__).resolve().parent.parent


class BadSetting(SystemExit):
    """A setting that cannot be used; the message names it and says what it should be."""


@dataclass(frozen=True)
class Settings:
    """What an operator may set. `secret_keys`: the newest first; older ones still verify."""

    database_url: str
    data_dir: Path
    secret_keys: tuple[str, ...]
    base_url: str | None = None
    trust_proxy: int = 0
    step_seconds: int = 15
    log_level: str = "info"
    demo: bool = False
    debug: bool = False
    extra: dict = field(default_factory=dict)

    @property
    def https(self) -> bool:
        return bool(self.base_url and self.base_url.startswith("https://"))


def from_environment(env: dict | None = None) -> Settings:
    """Return the settings; raise BadSetting with a sentence for the operator."""
    env = os.environ if env is None else env
    data_dir = Path(env.get("DATA_DIR") or ROOT / "data").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    return Settings(
        database_url=_database_url(env.get("DATABASE_URL"), data_dir),
        data_dir=data_dir,
        secret_keys=_secret_keys(env, data_dir),
        base_url=_base_url(env.get("BASE_URL")),
        trust_proxy=_number(env, "TRUST_PROXY", 0, 0, 3),
        step_seconds=_number(env, "CODE_STEP_SECONDS", 15, 5, 60),
        log_level=_one_of(env, "LOG_LEVEL", LOG_LEVELS),
        demo=env.get("DEMO", "") == "1",
        debug=env.get("FLASK_DEBUG", "") == "1",
    )


def _database_url(url: str | None, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'luhuo.sqlite'}"
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise BadSetting("DATABASE_URL must begin with postgresql:// or sqlite:///")


def _secret_keys(env, data_dir: Path) -> tuple[str, ...]:
    """Return SECRET_KEY (comma-separated, newest first), or the generated keys kept in DATA_DIR."""
    if given := env.get("SECRET_KEY"):
        keys = tuple(key.strip() for key in given.split(",") if key.strip())
        if any(len(key) < 32 for key in keys):
            raise BadSetting("SECRET_KEY must have at least 32 characters")
        return keys
    file = data_dir / "secret-key"
    if not file.exists():
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_hex(32) + "\n")
    return tuple(file.read_text().split())


def _base_url(url: str | None) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise BadSetting("BASE_URL must look like https://luhuo.example.com, without a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _number(env, name: str, default: int, low: int, high: int) -> int:
    raw = env.get(name) or str(default)
    if not raw.isdigit() or not low <= int(raw) <= high:
        raise BadSetting(f"{name} must be a whole number from {low} to {high}")
    return int(raw)


def _one_of(env, name: str, choices: tuple[str, ...]) -> str:
    """Return the chosen word; the first choice where nothing is set."""
    word = (env.get(name) or choices[0]).lower()
    if word not in choices:
        raise BadSetting(f"{name} must be one of {', '.join(choices)}")
    return word
