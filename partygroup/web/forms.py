"""Forms by WTForms: Chinese messages, cleaned text, everything typed kept."""

from __future__ import annotations

from datetime import datetime

from wtforms import Form, StringField, ValidationError
from wtforms.fields import DateField, DateTimeLocalField
from wtforms.validators import DataRequired, Length, StopValidation

from partygroup.clock import BEIJING, UTC
from partygroup.errors import Refused
from partygroup.text import clean
from partygroup.web.asked import read_day


class BaseForm(Form):
    """A form whose library messages are Chinese; `problems` gives one sentence a field."""

    class Meta:
        locales = ("zh",)

    @property
    def problems(self) -> dict[str, str]:
        """Return field name → first message."""
        return {name: str(messages[0]) for name, messages in self.errors.items()}


def line(label: str, limit: int, *, required: str | None = None) -> StringField:
    """Return a one-line text field, cleaned; `required` is the sentence shown when it is left empty."""
    validators = [Length(max=limit, message=f"最多 {limit} 个字，请短一些。")]
    if required:
        validators.insert(0, DataRequired(required))
    return StringField(label, validators, filters=[lambda raw: clean(raw, limit + 1)])


def moment_required(message: str):
    """Return a validator that asks for a time, and leaves alone what was already said about one that cannot be read."""

    def check(_form, field) -> None:
        if field.data is None:
            raise StopValidation(None if field.errors else message)

    return check


class MomentField(DateTimeLocalField):
    """A wall-clock time in Beijing, as a UTC moment; whatever the phone's own zone is."""

    def __init__(self, label, **kwargs):
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)

    def process_formdata(self, valuelist):
        """Read the typed time; a day that does not exist is said to be so."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        for shape in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"):
            try:
                self.data = datetime.strptime(valuelist[0].strip(), shape).replace(tzinfo=BEIJING).astimezone(UTC)
                return
            except (ValueError, OverflowError):
                continue
        self.data = None
        raise ValidationError("请写成 2026-03-05 19:30 这样的时间，并核对日期是否存在。")


class DayField(DateField):
    """A day as the browser sends it; empty is none."""

    def process_formdata(self, valuelist):
        """Read the typed day; one that does not exist, or that nobody can mean, is said to be so."""
        self.data = None
        try:
            self.data = read_day("".join(valuelist))
        except Refused as refusal:
            raise ValidationError(refusal.reason) from None


class DaysForm(BaseForm):
    """From which day until which; the last may be open."""

    from_on = DayField("从哪天起")
    until_on = DayField("到哪天止")

    def validate_from_on(self, field):
        """Ask for a day when none was typed; one that does not exist has been said to be so already."""
        if field.data is None and not field.errors:
            raise ValidationError("请写从哪天起。")
