"""Writing what the ledger is told by hand. What was entered by mistake is taken off again; its witness stays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import day_of
from partygroup.db import insert_once, witness, witness_row
from partygroup.errors import Refused
from partygroup.evaluation.terms import terms_on
from partygroup.ledgers import rules
from partygroup.ledgers.admissions import OnTheWay, on_the_way
from partygroup.ledgers.models import AdmissionStep, CareVisit, DuesPayment, Honour, PlanLine
from partygroup.ledgers.queries import lines_of, month_code, payers_of, plan_of
from partygroup.meetings.queries import kinds_called

GONE = "这一条已经没有了，请刷新页面再看。"

# --- the yearly plan --------------------------------------------------------------------------------------------------


def propose_plan(session, branch_id: int, year: int, *, by: int, at: datetime) -> int:
    """Add to a branch's plan what is due in a year and not planned yet; return how many lines came to it.

    A kind of which something is planned already is left as the branch has it.
    """
    today = day_of(at)
    plan, term = plan_of(session, branch_id, year, today), terms_on(session, [branch_id], today).get(branch_id)
    there = {line.row.kind for line in plan.lines}
    made = 0
    for month, kind in rules.proposed(
        plan.kinds, committee=bool(plan.structure.committee), groups=bool(plan.structure.groups),
        election=term.until_on.month if term and term.until_on.year == year else None,
    ):  # fmt: skip
        values = {"branch_id": branch_id, "year": year, "month": month, "kind": kind, "by_id": by, "at": at}
        unique = ["branch_id", "year", "month", "kind"]
        made += kind not in there and insert_once(session, PlanLine, values, unless=unique) is not None
    after = {"year": year, "rows": made}
    witness_row(session, "ledgers.plan.propose", "plan_line", None, at=at, by=by, unit_id=branch_id, after=after)
    return made


def keep_line(
    session, branch_id: int, year: int, *, line_id: int | None, month: int | None, kind: str, text: str, by: int,
    at: datetime,
) -> PlanLine:  # fmt: skip
    """Add a line to the plan, or change one: its month, and what it is; return it. Raise Refused."""
    if month not in range(1, 13):
        raise Refused("请选是哪个月。", field="month")
    known = _kind_names(session)
    if kind not in known and not text:
        raise Refused("请选一种会，或写一句要做什么。", field="text")
    kind = kind if kind in known else None
    rows = lines_of(session, branch_id, year)
    row = next((one for one in rows if one.id == line_id), None)
    if line_id and row is None:
        raise Refused(GONE)
    if kind and any((one.month, one.kind) == (month, kind) and one is not row for one in rows):
        raise Refused("这个月已经有这一项了。", field="month")
    what = {"month": month, "kind": kind, "text": None if kind else text}
    if row is None:
        row = PlanLine(branch_id=branch_id, year=year, by_id=by, at=at, **what)
        _insert(session, row)
        witness(session, "ledgers.plan.add", row, at=at, by=by, unit_id=branch_id, after=_told(known, year, **what))
        return row
    before = _told(known, year, row.month, row.kind, row.text)
    row.month, row.kind, row.text = what["month"], what["kind"], what["text"]
    _insert(session, row)
    after = _told(known, year, **what)
    witness(session, "ledgers.plan.change", row, at=at, by=by, unit_id=branch_id, before=before, after=after)
    return row


def _kind_names(session) -> dict[str, str]:
    return {kind.code: kind.rules.name for kind in kinds_called(session)}


def _told(names: dict[str, str], year: int, month: int, kind: str | None, text: str | None) -> dict:
    return {"on_month": f"{year}年{month}月", "text": names.get(kind, kind) if kind else text}


def drop_line(session, branch_id: int, line_id: int | None, *, by: int, at: datetime) -> None:
    """Take a line off the plan. Raise Refused."""
    row = _take_off(session, PlanLine, branch_id, line_id)
    before = _told(_kind_names(session), row.year, row.month, row.kind, row.text)
    witness_row(session, "ledgers.plan.drop", "plan_line", row.id, at=at, by=by, unit_id=branch_id, before=before)


def _insert(session, row) -> None:
    """Write a row of which there may be one only. Raise Refused if somebody was faster."""
    session.add(row)
    try:
        session.flush()
    except sa.exc.IntegrityError:
        raise Refused("刚才有人记了同样的一条，请刷新页面再看。", 409) from None


def _take_off(session, model, branch_id: int, row_id: int | None):
    """Delete a row of the very branch and return it. Raise Refused."""
    row = session.scalar(sa.select(model).where(model.id == row_id, model.branch_id == branch_id).with_for_update())
    if row is None:
        raise Refused(GONE)
    session.execute(sa.delete(model).where(model.id == row.id))
    session.expunge(row)
    return row


# --- admission --------------------------------------------------------------------------------------------------------


def find_on_the_way(session, branch_id: int, person_id: int | None, today: date) -> OnTheWay:
    """Return somebody on the way in the very branch. Raise Refused."""
    found = on_the_way(session, branch_id, today, person_id=person_id or 0)
    if not found:
        raise Refused("请在名单里选人。")
    return found[0]


def enter_step(
    session, one: OnTheWay, *, step: str, on_day: date | None, until_on: date | None, by: int, at: datetime
) -> None:
    """Enter a step of somebody on the way. Raise Refused."""
    until_on = until_on if step == "extension" else None
    if refusal := rules.refusal_to_enter(
        step, one.standing, on_day, until_on, begun=one.joined_on or one.since, done=one.done, today=day_of(at)
    ):
        raise Refused(refusal[1], field=refusal[0])
    row = AdmissionStep(person_id=one.person_id, branch_id=one.branch_id, step=step, on_day=on_day, until_on=until_on,
                        by_id=by, at=at)  # fmt: skip
    _insert(session, row)
    after = {"step": rules.STEPS[step].name, "day": on_day.isoformat()}
    after |= {"until_on": until_on.isoformat()} if until_on else {}
    witness(session, "ledgers.admission.enter", row, at=at, by=by, person_id=one.person_id, unit_id=one.branch_id,
            after=after)  # fmt: skip


def drop_step(session, branch_id: int, row_id: int | None, *, by: int, at: datetime) -> None:
    """Take off a step entered by mistake. Raise Refused."""
    row = _take_off(session, AdmissionStep, branch_id, row_id)
    before = {"step": rules.STEPS[row.step].name, "day": row.on_day.isoformat()}
    witness_row(session, "ledgers.admission.drop", "admission_step", row.id, at=at, by=by, person_id=row.person_id,
                unit_id=branch_id, before=before)  # fmt: skip


# --- dues -------------------------------------------------------------------------------------------------------------


def tick_dues(
    session, branch_id: int, group_id: int | None, month: date, day: date, *, shown: Collection[int],
    ticked: Collection[int] | None, by: int, at: datetime,
) -> int:  # fmt: skip
    """Keep who has paid a month, as changes to what was shown: nobody's tick of meanwhile is lost. Return how many.

    shown: whose tick stood when the page was made. ticked: whose stands now; None: everybody's. day: the one on which
    the members are taken.
    """
    members = [one.id for one in payers_of(session, branch_id, group_id, month, day)]
    if ticked is None:
        wanted = dict.fromkeys(members, True)
    else:
        wanted = {one: one in ticked for one in members if (one in ticked) != (one in shown)}
    code, changed = month_code(month), 0
    for one, paid in wanted.items():
        changed += _pay(session, branch_id, one, code, by, at) if paid else _unpay(session, one, code, by, at)
    return changed


def _pay(session, branch_id: int, person_id: int, month: str, by: int, at: datetime) -> bool:
    values = {"person_id": person_id, "branch_id": branch_id, "month": month, "by_id": by, "at": at}
    made = insert_once(session, DuesPayment, values, unless=["person_id", "month"])
    if made:
        witness_row(session, "ledgers.dues.tick", "dues_payment", made[0], at=at, by=by, person_id=person_id,
                    unit_id=branch_id, after={"on_month": month})  # fmt: skip
    return made is not None


def _unpay(session, person_id: int, month: str, by: int, at: datetime) -> bool:
    paid = sa.and_(DuesPayment.person_id == person_id, DuesPayment.month == month)
    gone = session.execute(sa.delete(DuesPayment).where(paid).returning(DuesPayment.id, DuesPayment.branch_id)).first()
    if gone:
        witness_row(session, "ledgers.dues.untick", "dues_payment", gone.id, at=at, by=by, person_id=person_id,
                    unit_id=gone.branch_id, before={"on_month": month})  # fmt: skip
    return gone is not None


# --- honours and visits -----------------------------------------------------------------------------------------------


def enter_honour(
    session, branch_id: int, person_id: int, *, title: str, level: str, awarded_by: str, awarded_on: date | None,
    by: int, at: datetime,
) -> Honour:  # fmt: skip
    """Enter an honour of a member; return it. Raise Refused."""
    if refusal := rules.refusal_of_honour(title, level, awarded_by, awarded_on, day_of(at)):
        raise Refused(refusal[1], field=refusal[0])
    row = Honour(person_id=person_id, branch_id=branch_id, title=title, level=level, awarded_by=awarded_by,
                 awarded_on=awarded_on, by_id=by, at=at)  # fmt: skip
    session.add(row)
    witness(session, "ledgers.honour.enter", row, at=at, by=by, person_id=person_id, unit_id=branch_id,
            after={"name": title, "level": rules.LEVELS[level], "day": awarded_on.isoformat()})  # fmt: skip
    return row


def drop_honour(session, branch_id: int, row_id: int | None, *, by: int, at: datetime) -> None:
    """Take off an honour entered by mistake. Raise Refused."""
    row = _take_off(session, Honour, branch_id, row_id)
    witness_row(session, "ledgers.honour.drop", "honour", row.id, at=at, by=by, person_id=row.person_id,
                unit_id=branch_id, before={"name": row.title, "day": row.awarded_on.isoformat()})  # fmt: skip


def enter_visit(
    session, branch_id: int, person_id: int, *, occasion: str, on_day: date | None, visitor_id: int, text: str,
    by: int, at: datetime,
) -> CareVisit:  # fmt: skip
    """Enter that somebody was called on; return it. Raise Refused."""
    if refusal := rules.refusal_of_visit(occasion, on_day, day_of(at)):
        raise Refused(refusal[1], field=refusal[0])
    row = CareVisit(person_id=person_id, branch_id=branch_id, occasion=occasion, on_day=on_day, visitor_id=visitor_id,
                    text=text or None, by_id=by, at=at)  # fmt: skip
    session.add(row)
    witness(session, "ledgers.visit.enter", row, at=at, by=by, person_id=person_id, unit_id=branch_id,
            after={"kind": rules.OCCASIONS[occasion], "day": on_day.isoformat()})  # fmt: skip
    return row


def drop_visit(session, branch_id: int, row_id: int | None, *, by: int, at: datetime) -> None:
    """Take off a visit entered by mistake. Raise Refused."""
    row = _take_off(session, CareVisit, branch_id, row_id)
    before = {"kind": rules.OCCASIONS.get(row.occasion, row.occasion), "day": row.on_day.isoformat()}
    witness_row(session, "ledgers.visit.drop", "care_visit", row.id, at=at, by=by, person_id=row.person_id,
                unit_id=branch_id, before=before)  # fmt: skip
