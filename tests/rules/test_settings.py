"""Settings are checked once, and say what they should be."""

import pytest

from partygroup.settings import BadSetting, from_environment


def read(tmp_path, **env):
    return from_environment({"DATA_DIR": str(tmp_path)} | env)


def test_defaults_need_nothing(tmp_path):
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/luhuo.sqlite"
    assert not settings.https and settings.step_seconds == 15 and settings.log_level == "info"


def test_a_generated_key_is_kept_and_private(tmp_path):
    assert read(tmp_path).secret_keys == read(tmp_path).secret_keys
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_by_any_usual_name(tmp_path, url):
    assert read(tmp_path, DATABASE_URL=url).database_url == "postgresql+psycopg://u@h/d"


def test_keys_are_rotated_by_listing_the_newest_first(tmp_path):
    assert read(tmp_path, SECRET_KEY=f"{'n' * 32}, {'o' * 32}").secret_keys == ("n" * 32, "o" * 32)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://h/d"),
        ("SECRET_KEY", "short"),
        ("BASE_URL", "luhuo.example.com"),
        ("BASE_URL", "https://luhuo.example.com/app"),
        ("CODE_STEP_SECONDS", "0"),
        ("CODE_STEP_SECONDS", "fast"),
        ("TRUST_PROXY", "-1"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_setting_is_named(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name):
        read(tmp_path, **{name: value})
