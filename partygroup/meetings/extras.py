"""What a meeting of a kind records beside its topics (domain.md 5.7). **To ask for more, add to EXTRAS.**

A kind that records nothing more needs no entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ExtraSpec:
    """One thing that minutes of a kind say beside their topics.

    sort: person, one who was there or a guest by name; line and text, typed; chips, of `choices`; birthdays, people
    with their years. needed: the minutes cannot be confirmed without it. themed: the theme says it where the meeting
    has one to itself, and is offered where others share it.
    """

    code: str
    label: str
    sort: Literal["person", "line", "text", "chips", "birthdays"]
    needed: bool = True
    themed: bool = False
    choices: tuple[str, ...] = ()


EXTRAS: dict[str, tuple[ExtraSpec, ...]] = {
    "party_lecture": (
        ExtraSpec("lecturer", "讲课人", "person"),
        ExtraSpec("lecture_title", "课题", "line", themed=True),
        ExtraSpec("outline", "提纲", "text", needed=False),
    ),
    "theme_day": (ExtraSpec("theme_form", "形式", "chips", choices=("学习", "组织生活", "民主议事", "志愿服务")),),
    "oath_review": (ExtraSpec("oath_leader", "领誓人", "person"),),
    "political_birthday": (ExtraSpec("birthdays", "过政治生日的同志", "birthdays", needed=False),),
}
