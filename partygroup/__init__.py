"""炉火: the daily life of party groups. `create_app` assembles the house; it alone knows every room."""

from __future__ import annotations

import gc
from inspect import iscoroutinefunction
from urllib.parse import urlsplit

from flask import Flask
from flask_alembic import Alembic
from flask_compress import Compress
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from partygroup import commands, logs
from partygroup.db import Base, db, engine_options, prepare_engine
from partygroup.settings import ROOT, Settings, from_environment
from partygroup.web import access, assets, errors, identity, security, shell
from partygroup.web.assets import asset, icon, mark
from partygroup.web.filters import FILTERS
from partygroup.web.respond import htmx
from partygroup.web.rooms import ROOMS

SMALL_REQUEST = 256 * 1024
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def create_app(settings: Settings | None = None) -> Flask:
    """Return the assembled application; settings come from the environment unless given."""
    settings = settings or from_environment()
    logs.begin(settings.log_level)
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SECRET_KEYS=settings.secret_keys,
        BASE_URL=settings.base_url,
        HTTPS=settings.https,
        TRUSTED_HOSTS=_trusted_hosts(settings),
        SESSION_COOKIE_NAME="__Host-words" if settings.https else "words",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=SMALL_REQUEST,
        MAX_FORM_PARTS=500,
        SQLALCHEMY_ENGINES={"default": engine_options(settings.database_url)},
        ALEMBIC={"script_location": str(ROOT / "migrations"), "version_locations": []},
        ALEMBIC_CONTEXT={"render_as_batch": True, "compare_server_default": False},
        COMPRESS_BR_LEVEL=5,  # an eighth less than 4 for 0.08 ms a page
        COMPRESS_ALGORITHM=["br", "gzip"],
    )
    _set_up_templates(app)
    _set_up_extensions(app)
    _set_up_requests(app)
    for room in ROOMS:
        app.register_blueprint(room)
    commands.install(app)
    _serve_static(app, settings)
    return app


def spare_collector() -> None:
    """Let the garbage collector pass over what start has made, which stays, and look over the rest less often.

    Else a third of the time of a large page goes into looking over rows that are all in use.
    """
    gc.freeze()
    gc.set_threshold(10_000, 50)


def _trusted_hosts(settings: Settings) -> list[str] | None:
    """Return the names by which the site may be asked: its own, and the machine's own for checks; None for any."""
    return [urlsplit(settings.base_url).hostname, *LOOPBACK] if settings.base_url else None


def _set_up_templates(app: Flask) -> None:
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(asset=asset, icon=icon, mark=mark)


def _set_up_extensions(app: Flask) -> None:
    db.init_app(app)
    _leave_out_async(app)
    with app.app_context():
        prepare_engine(db.engine)
    Alembic(app, metadatas=Base.metadata)
    identity.manager.init_app(app, add_context_processor=False)  # pages know who reads them by `shell.context`
    htmx.init_app(app)
    Compress(app)


def _leave_out_async(app: Flask) -> None:
    """Drop the closing of async sessions, which we never open: it costs an event loop (500 µs) in every request."""
    closers = app.teardown_appcontext_funcs
    closers[:] = [closer for closer in closers if not iscoroutinefunction(closer)]


def _set_up_requests(app: Flask) -> None:
    app.url_map.converters["id"] = security.IdConverter
    app.before_request(access.begin)
    app.before_request(security.open_request)
    app.before_request(shell.remember_choice)
    app.after_request(access.note)
    app.after_request(security.add_headers)
    app.teardown_request(security.close_request)
    app.context_processor(shell.context)
    errors.install(app)


def _serve_static(app: Flask, settings: Settings) -> None:
    """Serve built files with far expiry and ready-made compression, in front of all that touches the database."""
    if assets.DIST.is_dir():
        guard = security.headers(https=settings.https)
        app.wsgi_app = WhiteNoise(
            app.wsgi_app, root=assets.DIST, prefix="static/dist/", max_age=0, immutable_file_test=_has_hash,
            add_headers_function=lambda sent, _path, _url: [sent.add_header(*one) for one in guard.items()],
        )  # fmt: skip
    if settings.trust_proxy:
        hops = settings.trust_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)


def _has_hash(_path: str, url: str) -> bool:
    name = url.rsplit("/", 1)[-1]
    return "-" in name and name not in ("sw.js", "assets.json")
