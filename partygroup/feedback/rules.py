"""What is taken as feedback or as an answer: a sentence, however short. Reason or None."""

from __future__ import annotations

from partygroup.feedback.models import TEXT_LENGTH


def refusal_of_text(text: str) -> str | None:
    """Return why a text cannot be taken; None if it can."""
    if len(text) < 2:
        return "请写一句话，说说哪里不好用。"
    return f"最多 {TEXT_LENGTH} 个字，请短一些。" if len(text) > TEXT_LENGTH else None


def refusal_of_answer(text: str) -> str | None:
    """Return why an answer cannot be taken; None if it can."""
    if len(text) < 2:
        return "请写一句答复，大家都看得到。"
    return f"最多 {TEXT_LENGTH} 个字，请短一些。" if len(text) > TEXT_LENGTH else None
