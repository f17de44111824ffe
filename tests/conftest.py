"""What every test may ask for: the app, its database as at the start, a client, the time, a browser."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings
from rich.progress import Progress
from werkzeug.serving import make_server

pytest.register_assert_rewrite("tests.client")

from partygroup import clock, create_app, demo
from partygroup.db import db, transaction
from partygroup.evaluation.schemes import install_scheme
from partygroup.meetings.actions import install_presets
from partygroup.scores.tabling import install_rule_table
from partygroup.settings import Settings
from partygroup.workdays import install_workdays
from tests.cast import World, build_world
from tests.client import CarefulClient
from tests.databases import Start, fresh_database, throw_away_server

ON_POSTGRESQL_TOO = ("rooms", "web")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")
server = contextlib.ExitStack()


def pytest_configure(config):
    """Start the throw-away PostgreSQL server once, before the workers, which inherit its address."""
    if os.environ.get("TEST_DATABASE") == "postgresql" and "TEST_DATABASE_URL" not in os.environ:
        os.environ["TEST_DATABASE_URL"] = server.enter_context(throw_away_server())


def pytest_unconfigure(config):
    server.close()


def pytest_collection_modifyitems(items):
    """Mark by folder: what needs Chromium, and what runs on PostgreSQL too."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder == "browser":
            item.add_marker(pytest.mark.browser)
        if folder in ON_POSTGRESQL_TOO and not item.get_closest_marker("one_database"):
            item.add_marker(pytest.mark.postgres)


# --- the app and its database ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def new_database(tmp_path_factory) -> Callable:
    """Return a context manager that makes an empty database of the kind under test and yields its URL."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")

    @contextmanager
    def make(name: str):
        if url := os.environ.get("TEST_DATABASE_URL"):
            with fresh_database(url, f"luhuo_{name}_{worker}_{os.getpid()}") as fresh:
                yield fresh
        else:
            yield f"sqlite:///{tmp_path_factory.mktemp('database') / name}.sqlite"

    return make


@pytest.fixture(scope="session")
def database_url(new_database) -> Iterator[str]:
    with new_database("test") as url:
        yield url


@pytest.fixture(scope="session")
def settings_for(tmp_path_factory) -> Callable[..., Settings]:
    """Return a function that makes settings for a database; anything else by keyword."""

    def make(url: str, **others) -> Settings:
        kept = {"data_dir": tmp_path_factory.mktemp("data"), "secret_keys": ("t" * 64,)}
        return Settings(database_url=url, **kept | others)

    return make


@pytest.fixture(scope="session")
def app(database_url, settings_for):
    """Return the assembled app over a migrated database with presets; one for each worker."""
    app = create_app(settings_for(database_url))
    app.testing = True
    app.test_client_class = CarefulClient
    with app.app_context():
        app.extensions["alembic"].upgrade()
    with app.app_context(), transaction(db.session):
        install_presets(db.session, at=clock.now())
        install_rule_table(db.session, at=clock.now())
        install_workdays(db.session)
        install_scheme(db.session, at=clock.now())
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def start(app, tmp_path_factory) -> Start:
    with app.app_context():
        return Start(db.engine, tmp_path_factory.mktemp("start"))


@pytest.fixture
def clean(start) -> None:
    """Make the database what it was at the start: migrated, presets, nothing else."""
    start.restore()


@pytest.fixture
def session(app, clean):
    """Return the test's own session, in an app context; see `CarefulClient` for how it goes with requests."""
    with app.app_context():
        yield db.session


@pytest.fixture
def world(app, clean) -> World:
    """Return the world, in a clean database; it holds ids and words, no rows."""
    with app.app_context():
        made = build_world(db.session)
        db.session.commit()
    return made


@pytest.fixture
def client(app, clean) -> CarefulClient:
    return app.test_client()


@pytest.fixture
def backstage(app, clean) -> Callable:
    """Return a context manager with a session that commits in the end: to prepare what a browser then sees."""

    @contextmanager
    def work():
        with app.app_context(), transaction(db.session):
            yield db.session

    return work


@pytest.fixture
def statements(app) -> Callable:
    """Return a recorder: `with statements() as seen: …` and `seen` is the list of SQL sent meanwhile."""

    @contextmanager
    def record():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return record


@pytest.fixture
def at(monkeypatch) -> Callable[[str], datetime]:
    """Return a function that stops the clock: `at("2026-03-05 19:30")` by Beijing's wall clock."""

    def stop_at(text: str) -> datetime:
        moment = clock.beijing(text)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return stop_at


# --- the browser ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def served(app) -> Iterator[str]:
    """Serve the app on a free port by threads of this process, so that a stopped clock holds there too."""
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.server_port}"
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def live_server(served, clean) -> str:
    """Return the address of the running app over a clean database; fill it through `backstage`."""
    return served


@pytest.fixture(scope="session")
def demo_start(app, start, tmp_path_factory) -> Start:
    start.restore()
    with app.app_context():
        with Progress(disable=True) as progress, transaction(db.session):
            demo.fill(db.session, full=False, at=clock.now(), progress=progress)
        return Start(db.engine, tmp_path_factory.mktemp("demo-start"))


@pytest.fixture
def demo_server(served, demo_start) -> str:
    """Return the address of the running app over the untouched demo company."""
    demo_start.restore()
    return served


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args) -> dict:
    """Use Debian's Chromium where there is one, otherwise Playwright's own."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    found = {"executable_path": chromium} if chromium else {}
    return browser_type_launch_args | found | {"args": list(CHROMIUM_FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, served) -> dict:
    return browser_context_args | {"base_url": served, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def phone(new_context):
    """Return a browser context like a member's phone: `phone.new_page().goto("/")`; ask for a server beside it."""
    return new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)
