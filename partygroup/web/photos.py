"""Serving the photos of activities: through the policy, as pictures and nothing else (security.md 7)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, g, request

from partygroup.activities.models import Photo
from partygroup.activities.photos import path_of
from partygroup.errors import NotFound
from partygroup.policy import Can, Place
from partygroup.web.activities import activity_of
from partygroup.web.needs import needs

pages = Blueprint("photos", __name__)


@dataclass(frozen=True)
class SeenPhoto:
    """A photo and the place of its activity."""

    photo: Photo
    place: Place


def photo_of(activity_id: int, photo_id: int) -> SeenPhoto:
    """Return a photo of an activity that this person may see; raise NotFound."""
    jotted = activity_of(activity_id)
    photo = next((one for one in jotted.photos if one.id == photo_id), None)
    if photo is None:
        raise NotFound
    return SeenPhoto(photo, jotted.place)


@pages.get("/activities/<id:activity_id>/photos/<id:photo_id>")
@needs(Can.SEE_ACTIVITY, photo_of)
def show(seen):
    """Send the picture; `?small` sends the one for lists."""
    path = path_of(current_app.config["SETTINGS"].data_dir, seen.photo, small="small" in request.args)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NotFound from None
    g.csp = "default-src 'none'; sandbox"
    return Response(content, mimetype="image/jpeg")
