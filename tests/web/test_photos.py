"""Photos with an activity: stored whole or not at all, served through the policy as pictures only (security.md 7)."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from partygroup.activities import photos
from partygroup.activities.models import Activity, Photo
from partygroup.activities.photos import MAX_BYTES
from tests.rules.test_photo_rules import HEIC, SVG, animated, picture

FORM = {"sort": "hazard", "text": "铁水包工位查隐患", "day": "2026-03-05", "minutes": "30"}


@pytest.fixture
def folder(app):
    """Return the folder of photos, empty."""
    folder = app.config["SETTINGS"].data_dir / "photos"
    for file in folder.iterdir() if folder.is_dir() else ():
        file.unlink()
    return folder


@pytest.fixture
def jot(at, world, client, folder):
    """Return a function by which the leader jots with photos."""
    at("2026-03-05 12:00")
    client.sign_on(world.leader)

    def send(*contents: bytes, path: str = "/activities", **more):
        typed = FORM | {"unit": world.group.id, "people": [world.leader.id, world.member.id]} | more
        typed["photos"] = [(io.BytesIO(content), f"IMG_{number}.jpg") for number, content in enumerate(contents)]
        return client.post(path, data=typed, content_type="multipart/form-data")

    return send


def names(folder) -> set[str]:
    return {file.name for file in folder.iterdir()} if folder.is_dir() else set()


def photo_path(session, number: int = 0) -> str:
    photo = session.scalars(sa.select(Photo).order_by(Photo.id)).all()[number]
    return f"/activities/{photo.activity_id}/photos/{photo.id}"


def test_photos_are_kept_with_the_activity_and_shown(jot, client, session, folder):
    answer = jot(picture((900, 600)), picture((60, 40), kind="PNG"), picture((60, 40), kind="WEBP"))
    assert answer.status_code == 303
    rows = session.scalars(sa.select(Photo).order_by(Photo.id)).all()
    assert [(row.width, row.height) for row in rows] == [(900, 600), (60, 40), (60, 40)]
    assert names(folder) == {f"{row.name}{ending}.jpg" for row in rows for ending in ("", "-s")}
    assert rows[0].size == (folder / f"{rows[0].name}.jpg").stat().st_size
    page = client.get(answer.location).text
    assert all(f"{photo_path(session, number)}?small=1" in page for number in range(3))
    assert photo_path(session) in client.get("/activities").text


def test_a_photo_is_served_as_a_picture_and_nothing_else(jot, client, session):
    jot(picture((900, 600)))
    for query, width in (("", 900), ("?small=1", 480)):
        answer = client.get(photo_path(session) + query)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
        assert Image.open(io.BytesIO(answer.data)).width == width


@pytest.mark.parametrize(
    ("role", "status"),
    [("member", 200), ("neighbour", 200), ("unit_officer", 200), ("sister", 404), ("stranger", 404), (None, 303)],
)
def test_who_sees_a_photo(jot, world, app, session, role, status):
    jot(picture())
    reader = app.test_client()
    if role:
        reader.sign_on(world.actors[role], office=True)
    assert reader.get(photo_path(session)).status_code == status


def test_a_photo_belongs_to_its_activity(jot, client, session, folder):
    jot(picture())
    jot(text="另一件")
    first = photo_path(session)
    other = session.scalar(sa.select(sa.func.max(Activity.id)))
    assert client.get(f"/activities/{other}/photos/{first.rsplit('/', 1)[1]}").status_code == 404
    for file in folder.iterdir():
        file.unlink()
    assert client.get(first).status_code == 404


@pytest.mark.parametrize(
    ("contents", "part"),
    [
        ((b"hello",), "不是照片"),
        ((SVG,), "不是照片"),
        ((HEIC,), "HEIC"),
        ((animated("WEBP"),), "动图"),
        ((picture()[:1500],), "不完整"),
        ((picture(), picture(), b""), "不是照片"),
        ((picture(),) * 4, "3 张照片"),
    ],
    ids=["words", "svg", "heic", "animated", "truncated", "one of three", "four"],
)
def test_what_is_no_photo_keeps_the_words_and_stores_nothing(jot, session, folder, contents, part):
    answer = jot(*contents, result="整改两处，已回看")
    assert answer.status_code == 422 and part in answer.text and "整改两处，已回看" in answer.text
    assert session.scalars(sa.select(Activity)).all() == [] and names(folder) == set()


def test_more_than_three_photos_can_hold_is_refused_at_the_door(jot, client, session, folder):
    length = {"CONTENT_LENGTH": str(4 * MAX_BYTES)}
    for path, form in (("/activities", "multipart/form-data; boundary=x"), ("/problems", "multipart/form-data")):
        answer = client.post(path, data=b"--x", content_type=form, environ_overrides=length)
        assert answer.status_code == 413, path
    assert session.scalars(sa.select(Activity)).all() == [] and names(folder) == set()


def test_a_repeat_leaves_no_second_file(jot, session, folder):
    for _ in range(2):
        assert jot(picture(), key="a" * 32).status_code == 303
    row = session.scalars(sa.select(Photo)).one()
    assert names(folder) == {f"{row.name}.jpg", f"{row.name}-s.jpg"}


def test_the_same_form_with_another_photo_is_not_the_same(jot, session, folder):
    assert jot(key="b" * 32).status_code == 303
    assert jot(picture(), key="b" * 32).status_code == 409
    assert session.scalars(sa.select(Photo)).all() == [] and names(folder) == set()


def test_sixteen_bits_a_pixel_are_no_white_sheet():
    grey = Image.new("I;16", (40, 40), 20_000)
    file = io.BytesIO()
    grey.save(file, "PNG")
    with Image.open(io.BytesIO(photos.repaint(file.getvalue()).content)) as painted:
        assert abs(painted.convert("L").getpixel((20, 20)) - 20_000 // 256) < 4


def test_a_refusal_after_storing_leaves_no_file(jot, session, folder):
    assert jot(picture(), people=["99999999"]).status_code == 422
    assert names(folder) == set()


def test_no_row_without_a_file_when_the_disk_is_full(jot, monkeypatch, session, folder):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photos.os, "fsync", full)
    answer = jot(picture())
    assert answer.status_code == 503 and "先不带照片记" in answer.text and FORM["text"] in answer.text
    assert session.scalars(sa.select(Activity)).all() == [] and names(folder) == set()


def test_photos_are_added_and_dropped_while_it_can_be_changed(jot, client, session, folder):
    jot(picture((60, 40)), picture((50, 40)))
    activity_id, first = session.execute(sa.select(Photo.activity_id, Photo.id).order_by(Photo.id)).first()
    path = f"/activities/{activity_id}/edit"
    assert jot(picture(), picture(), path=path).status_code == 422
    assert len(names(folder)) == 4
    assert jot(picture((30, 20)), picture((31, 20)), path=path, drop=[first]).status_code == 303
    widths = session.scalars(sa.select(Photo.width).order_by(Photo.id)).all()
    assert widths == [50, 30, 31]
    assert client.get(f"/activities/{activity_id}/photos/{first}").status_code == 404


def test_the_original_name_is_not_kept(jot, client, session):
    page = client.get(jot(picture()).location).text
    assert "IMG_0" not in page and len(session.scalars(sa.select(Photo.name)).one()) == 32
