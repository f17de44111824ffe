"""Every address × everybody × every corner: what is not granted is refused, nothing foreign is shown (S1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from partygroup.db import db
from partygroup.people.models import COMMITTEE_ROLES, MEMBERS
from partygroup.policy import Can, Grant, Place, grant, may
from partygroup.web.needs import PUBLIC
from partygroup.web.security import SAFE
from tests.cast import CAST, World, build_world
from tests.databases import Start
from tests.web.corners import PLANS, Corner, all_rows, build_corners, changed_tables, foreign_words, who_is

OURS, HTMX = {"Sec-Fetch-Site": "same-origin"}, {"HX-Request": "true"}
#: Public addresses that answer with something else than a page of ours: nobody has made such a code.
PUBLIC_STATUS = {"signing.scan": 404, "scanning.own": 404, "feed.feed": 404}
#: Addresses open to everybody who logs in, whose things are found by the due list: only the own group's meeting.
BY_DUE_LIST = ("signing.desk", "signing.make", "signing.receipt")
#: Addresses that ask for a second power once it is known which: the post of the form, the post of the address.
SECOND_POWER = {
    "appointments.grant_post": (Can.GRANT_LEADER, "party_group", {"role": "group_leader"}),
    "appointments.end_post": (Can.GRANT_BRANCH_POST, "branch", {}),
}
#: What nobody has: a receipt exists for a mark only, and there are drafts already.
GRANTED = {"signing.receipt": {404}, "ruletables.begin": {409}, "schemes.begin": {409}}
FOREIGN = (
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost@evil.example"},
    {"Referer": "http://evil.example/http://localhost/"},
)
BAD_IDS = ("0", "-1", "2147483648", "9223372036854775808", "%EF%BC%91", "%00", "a" * 3000, "9" * 3000)


@dataclass
class Scene:
    """The world with its corners filled, and the database as it then is."""

    world: World
    corners: dict[str, Corner]
    kept: Start
    folder: Path
    here: Start | None = None


@pytest.fixture(scope="module")
def staged(app, start, tmp_path_factory) -> Scene:
    start.restore()
    with app.app_context():
        world = build_world(db.session)
        db.session.commit()
        corners = build_corners(db.session, world)
        db.session.close()
        kept = Start(db.engine, tmp_path_factory.mktemp("staged"))
        return Scene(world, corners, kept, tmp_path_factory.mktemp("here"))


@pytest.fixture
def scene(staged) -> Scene:
    staged.kept.restore()
    return staged


def rules(app, *, safe: bool | None = None) -> list[tuple]:
    """Return (rule, method) of every address, or of the safe or unsafe ones only."""
    found = [
        (rule, method) for rule in app.url_map.iter_rules() for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]
    return [one for one in found if safe is None or (one[1] in SAFE) is safe]


def sign_on(app, scene: Scene, role: str | None, *, office: bool = True):
    """Return somebody's client, and keep the database as it is then: `scene.here`."""
    client = app.test_client()
    if role:
        client.sign_on(scene.world.actors[role], office=office)
    with app.app_context():
        scene.here = Start(db.engine, scene.folder)
    return client


def path_of(rule, ids: dict) -> str:
    return rule.build(ids, append_unknown=False)[1]


def filled(rule, corner: Corner) -> str:
    ids = corner.filled(rule) | ({"code": "A" * 17} if rule.endpoint in PUBLIC_STATUS else {})
    return path_of(rule, ids)


# --- who gets what ----------------------------------------------------------------------------------------------------


def stand_of(who, can: Can, place: Place | None, world: World) -> Grant:
    """Return how a power stands at a place; without one, over any unit or over oneself."""
    places = [place] if place else [Place((unit,), who.id) for unit in [*(spot.id for spot in world.units.values()), 0]]
    return max((grant(who, can, one) for one in places), key=lambda one: one.value)


def is_due(who, corner: Corner) -> bool:
    """Say whether somebody stands in the due list of the corner's meeting."""
    if corner.meets.kind == "branch":
        return any(post.role in COMMITTEE_ROLES and post.unit_id == corner.meets.id for post in who.posts)
    return who.group_id == corner.meets.id and who.standing in MEMBERS


def expected(rule, view, who, scene: Scene, corner: Corner) -> set[int]:
    """Return the statuses with which the policy lets an address answer."""
    found = corner.found(rule, view.__needs__) if rule.endpoint not in BY_DUE_LIST else None
    if rule.endpoint in BY_DUE_LIST and not is_due(who, corner):
        return {404}
    if found and not any(may(who, can, found[0]) for can in found[2]):
        return {404}
    stands = [stand_of(who, view.__needs__, found and found[1], scene.world)]
    if rule.endpoint in SECOND_POWER:
        can, kind, _typed = SECOND_POWER[rule.endpoint]
        stands.append(grant(who, can, Place(corner.above(kind), corner.person_id)))
    worst = next((stand for stand in stands if stand is not Grant.YES), Grant.YES)
    granted = GRANTED.get(rule.endpoint, {200, 204, 303, 304, 422})
    return {Grant.NO: {403}, Grant.ASLEEP: {401}, Grant.YES: granted}[worst]


def allowed(app, rule, who, scene: Scene, corner: Corner, headers: dict) -> set[int]:
    """Return the statuses that an address may answer with."""
    if rule.endpoint in PUBLIC:
        return {PUBLIC_STATUS.get(rule.endpoint, 200), 303, 422}
    if who is None:
        return {401} if headers is HTMX else {303}
    return expected(rule, app.view_functions[rule.endpoint], who, scene, corner)


def walk(app, client, scene: Scene, corner: Corner, who, headers: dict, addresses) -> Iterator[str]:
    """Ask every address and yield what was wrong with the answers; what an answer changed is put back."""
    foreign, cookie = foreign_words(scene.world, who), client.get_cookie("sid")
    for rule, method in addresses:
        if cookie:
            client.set_cookie("sid", cookie.value)
        typed = SECOND_POWER.get(rule.endpoint, (None, None, {}))[2] if method == "POST" else None
        answer = client.open(filled(rule, corner), method=method, data=typed, headers=OURS | headers, buffered=True)
        asked = f"{method} {answer.request.path}: {answer.status_code}"
        right = allowed(app, rule, who, scene, corner, headers)
        if answer.status_code not in right:
            yield f"{asked}, not {right}"
        if leaked := {word for word in foreign if word.encode() in answer.data}:
            yield f"{asked} shows {leaked}"
        if who is None and answer.status_code == 303 and not answer.headers["Location"].startswith("/login"):
            yield f"{asked} leads to {answer.headers['Location']}"
        if method == "POST" and answer.status_code in (200, 303) and (who or rule.endpoint in PUBLIC):
            scene.here.restore()


EVERYWHERE, NEAR_AND_FAR = tuple(PLANS), ("own", "other")
SOME = ("leader", "secretary", "unit_officer", "company_officer", "auditor", None)
#: They run every statement on PostgreSQL too; what the others may is no matter of the database's.
CASES = [
    *((role, "open", "page", EVERYWHERE) for role in SOME),
    *(pytest.param(*case, marks=pytest.mark.one_database) for case in (
        *((role, "open", "page", EVERYWHERE) for role in CAST if role not in SOME),
        *((role, "asleep", "page", NEAR_AND_FAR) for role, (*_facts, post, _unit) in CAST.items() if post),
        *((role, office, "fragment", ("own",)) for role in SOME for office in ("open", "asleep")),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("role", "office", "part", "corners"), CASES)
def test_everybody_at_every_address(app, scene, role, office, part, corners):
    """Addresses without ids are the same everywhere and asked in the first corner only."""
    who = who_is(scene.world, role, awake=office == "open") if role else None
    client, addresses, wrong = sign_on(app, scene, role, office=office == "open"), rules(app), []
    headers = HTMX if part == "fragment" else {}
    for name in corners:
        wrong += [f"{name}: {one}" for one in walk(app, client, scene, scene.corners[name], who, headers, addresses)]
        addresses = [(rule, method) for rule, method in rules(app) if rule.arguments]
    assert not wrong, "\n".join(wrong)


# --- what changes nothing ---------------------------------------------------------------------------------------------


def rows_now(app) -> dict[str, list]:
    with app.app_context():
        return all_rows(db.session)


@pytest.mark.parametrize("role", ["leader", "company_officer", None])
def test_looking_changes_nothing(app, scene, role):
    client = sign_on(app, scene, role)
    before = rows_now(app)
    for rule, _method in rules(app, safe=True):
        path = filled(rule, scene.corners["own"])
        for method, headers in (("GET", {}), ("GET", HTMX), ("HEAD", {})):
            client.open(path, method=method, headers=headers, buffered=True)
        assert not list(changed_tables(before, rows_now(app))), path


@pytest.mark.parametrize("role", ["leader", "company_officer", None])
def test_nothing_is_done_for_other_sites(app, scene, role):
    client = sign_on(app, scene, role)
    before = rows_now(app)
    for rule, method in rules(app, safe=False):
        for headers in FOREIGN:
            answer = client.open(filled(rule, scene.corners["own"]), method=method, headers=headers)
            assert answer.status_code == 403, (rule, headers)
    assert not list(changed_tables(before, rows_now(app)))


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Referer": "http://localhost/me"}, OURS])
def test_old_browsers_of_ours_are_served(app, scene, headers):
    answer = sign_on(app, scene, "leader").post("/meetings", headers=headers)
    assert answer.status_code == 422


# --- ids that are none ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:20])
def test_an_id_that_is_none_is_not_found(app, scene, bad):
    client = sign_on(app, scene, "company_officer")
    for rule, method in rules(app):
        ids = scene.corners["own"].filled(rule)
        for name in ids:
            path = path_of(rule, ids | {name: 77777}).replace("77777", bad)
            assert client.open(path, method=method, headers=OURS).status_code == 404, path[:200]
