"""Which form asks which fact: route → field → what people are asked there. **A new field gets a line here.**

Two routes may not ask one fact. A form that changes what another one asked, or follows from it, comes filled in
(CHANGES); where the one who knows it has no phone, somebody else may say it for them instead, never as well (INSTEAD).
Carried along unseen (hidden) or pressed to send (buttons without a name) is nothing that is asked.
"""

from __future__ import annotations

FACTS: dict[str, dict[str, str]] = {
    # meetings
    "calling.call": {
        "kinds": "which meetings a unit holds together", "starts_at": "when a meeting begins",
        "place": "where a meeting is", "starts_at_#": "when a further sitting begins",
        "place_#": "where a further sitting is", "theme": "what a meeting is about",
    },
    "meetings.move": {"starts_at": "when a meeting begins", "place": "where a meeting is"},
    "meetings.add_sitting": {"starts_at": "when a further sitting begins", "place": "where a further sitting is"},
    "meetings.cancel": {"reason": "why a meeting is not held"},
    "meetings.ask_leave": {"sort": "which leave somebody needs", "cause": "why somebody cannot come"},
    "meetings.decide_leave": {"granted": "whether leave is granted", "answer": "what is answered to leave"},
    # who came
    "roll.open_": {},
    "roll.close": {},
    "signing.make": {"spoken": "which code is shown at a meeting"},
    "scanning.late": {},
    "scanning.scan": {},
    "roll.tick": {"people": "who came", "note": "how it is known that somebody came"},
    "roll.undo": {"reason": "why a mark was wrong"},
    "roll.add_due": {},
    "roll.count": {"reason": "why somebody does not count at this meeting"},
    "roll.enter_leave": {"sort": "which leave somebody needs", "cause": "why somebody cannot come"},
    "roll.make_up": {"way": "how a meeting was made up", "on_day": "when a meeting was made up"},
    "roll.undo_make_up_": {"reason": "why a make-up was wrong"},
    # agenda and minutes
    "agenda.add": {
        "title": "what is talked about", "seats": "how many are elected", "people": "whom an item is about",
        "text": "what is talked about", "person": "whom an item is about",
        "meeting": "at which of several meetings held together it is talked about",
    },
    "agenda.drop": {},
    "agenda.record": {
        "room-for": "how many voted for", "room-against": "how many voted against",
        "room-abstained": "how many abstained", "opinions": "who handed in an opinion",
        "written-for": "how many wrote that they are for", "written-against": "how many wrote that they are against",
        "written-abstained": "how many wrote that they abstain", "for-#": "how many voted for a candidate",
        "against-#": "how many voted against a candidate", "abstained-#": "how many abstained on a candidate",
    },
    "minutes.write": {
        "gist-#": "what was said to a topic", "chair": "who took the chair", "recorder": "who wrote the minutes",
        "ended_at": "when a meeting ended", "lecturer": "who lectured", "lecturer_guest": "which guest lectured",
        "lecture_title": "what the lecture was called where its meeting has no theme of its own",
        "outline": "how the lecture went on", "theme_form": "in which forms a theme day was held",
        "oath_leader": "who led the oath", "oath_leader_guest": "which guest led the oath",
        "birthdays": "whose political birthday was kept",
    },
    "minutes.confirm": {},
    "minutes.add": {"text": "what is to be added to sealed minutes"},
    "minutes.resolve": {
        "item": "on which topic something was resolved", "resolved": "what was resolved",
        "owner": "who sees to what was resolved", "due_on": "until when something resolved is to be done",
    },
    "minutes.take_back": {},
    "minutes.move": {"how": "how something resolved was done", "to": "how far something resolved is"},
    # activities, problems, themes
    "activities.jot": {
        "sort": "which activity it was", "text": "what was done in an activity", "theme": "under which theme it was",
        "preset": "who usually takes part", "people": "who took part", "day": "on which day an activity was",
        "other_day": "on which earlier day an activity was", "minutes": "how long an activity took",
        "photos": "what an activity looked like", "result": "what came of an activity",
        "dimension": "which dimension an activity serves", "brand": "which brand an activity belongs to",
        "two_way": "how an activity joins party work and production",
    },
    "activities.revise": {
        "sort": "which activity it was", "text": "what was done in an activity", "preset": "who usually takes part",
        "people": "who took part", "day": "on which day an activity was",
        "other_day": "on which earlier day an activity was", "minutes": "how long an activity took",
        "drop": "which photo goes", "photos": "what an activity looked like", "result": "what came of an activity",
        "dimension": "which dimension an activity serves", "brand": "which brand an activity belongs to",
        "two_way": "how an activity joins party work and production",
    },
    "activities.answer": {"answer": "whether one took part as was said"},
    "activities.remark": {"words": "what an officer says to an activity"},
    "activities.withdraw": {"reason": "why an activity is withdrawn"},
    "problems.take_up": {
        "text": "which problem was found", "owner": "who solves a problem", "due_on": "until when it is to be solved",
    },
    "problems.close": {"how": "how a problem was solved"},
    "problems.cancel": {"reason": "why a problem is none"},
    "themes.put_up": {
        "title": "what a theme is called", "starts_on": "when a theme starts", "ends_on": "when a theme ends",
    },
    "themes.end": {},
    # points
    "declarations.declare": {
        "item": "for which item points are declared", "text": "what was done to deserve points",
        "happened_on": "when it was done", "leads": "whether one led it", "number": "under which number it is known",
        "act": "whether it is handed in", "person": "for whom points are declared",
    },
    "declarations.edit": {
        "item": "for which item points are declared", "text": "what was done to deserve points",
        "happened_on": "when it was done", "leads": "whether one led it", "number": "under which number it is known",
        "act": "whether it is handed in", "person": "for whom points are declared",
    },
    "declarations.submit": {},
    "declarations.withdraw": {},
    "declarations.declare_activity": {"item": "for which item an activity counts", "lead": "who led an activity"},
    "declarations.undo_activity": {},
    "deciding.review": {
        "act": "whether a group passes a declaration on", "points": "with how many points",
        "reason": "why not as asked",
    },
    "deciding.confirm": {
        "act": "whether the committee confirms", "points": "how many points it gives",
        "reason": "why it gives others", "meeting": "in which meeting it decided",
    },
    "deciding.answer": {
        "outcome": "what becomes of an objection", "points": "what points remain", "text": "what is answered to it",
    },
    "deciding.appeal": {"text": "why a member appeals"},
    "deciding.decide": {
        "outcome": "what becomes of an appeal", "points": "what points remain after it",
        "text": "what is answered to it then",
    },
    "deciding.reverse": {"reason": "why points are taken back"},
    "publicity.object_": {"text": "why somebody objects"},
    "inbox.review": {"chosen": "which declarations a group passes on together"},
    "inbox.confirm": {"chosen": "which ones the committee confirms together", "meeting": "in which meeting it did so"},
    "inbox.publish": {"chosen": "which ones are published together"},
    "cases.exempt": {
        "reason": "why somebody is away for long", "approved_by": "who decided that somebody is not scored",
        "from_on": "since when somebody is away", "until_on": "until when somebody is away",
    },
    "cases.end_exemption": {},
    "cases.enter_veto": {
        "ground": "what rules a member's points out", "document": "which document says so of a member",
        "from_on": "since when it does", "until_on": "until when it does",
    },
    "cases.withdraw_veto": {"reason": "why a member's veto was wrong"},
    "branchpoints.close": {},
    "branchpoints.reopen": {"reason": "why a closed quarter is opened again"},
    "branchpoints.appraise": {"level": "how a group did", "sentence": "why a group did so"},
    "points.look": {},
    # people
    "exclusions.exclude": {
        "reason": "why somebody is away for long", "approved_by": "who decided that somebody is not due",
        "from_on": "since when somebody is away", "until_on": "until when somebody is away",
    },
    "exclusions.end_exclusion": {},
    "appointments.grant_post": {"role": "which post somebody takes"},
    "appointments.end_post": {},
    "people.change_contact": {"phone": "under which number somebody is reached"},
    "feedback.give": {"text": "what somebody thinks of this software"},
    "feedback.answer": {"answer": "what is answered to that"},
    # branches
    "evaluation.self_score": {"opinion": "what a branch says of itself"},
    "evaluation.review": {"review": "what the office says of a branch"},
    "evaluation.publish": {},
    "evaluation.finish": {},
    "evaluation.object_to": {"objection": "what a branch objects to"},
    "evaluation.answer": {"answer": "what is answered to a branch"},
    "evaluation.give_award": {
        "level": "which award a branch got", "text": "what a branch got it for", "document": "which document gives it",
        "on_day": "when it was given", "event": "for which event it was given",
    },
    "evaluation.withdraw_award": {"reason": "why an award was wrong"},
    "evaluation.enter_veto": {
        "ground": "what rules a branch's stars out", "veto_document": "which document says so of a branch",
        "from_on": "since when a branch is barred", "until_on": "until when a branch is barred",
    },
    "evaluation.withdraw_veto": {"reason": "why a branch's veto was wrong"},
    "evaluation.set_term": {
        "elected_on": "when a committee was elected", "term_until": "until when it is elected",
        "extended": "whether its term was extended", "term_document": "which document extends it",
    },
    # held together, on paper, made up
    "joint.invite": {"branches": "which branches are asked along"},
    "joint.accept": {},
    "joint.decline": {"answer": "why a branch does not come along"},
    "joint.note": {},
    "dutyleave.grant": {},
    "makeups.record_of_branch": {
        "people": "who made a meeting up", "way": "how a meeting was made up", "on_day": "when a meeting was made up",
    },
    "makeups.record_of_group": {
        "people": "who made a meeting up", "way": "how a meeting was made up", "on_day": "when a meeting was made up",
    },
    "makeups.answer": {},
    # talks, organisational-life meetings, the appraisal of members
    "talks.enter": {
        "one": "who talked", "with": "with whom somebody talked", "day": "when they talked",
        "topic": "what kind of talk it was", "summary": "what was said in a talk",
    },
    "talks.read": {},
    "talks.withdraw": {"reason": "why a talk was entered wrongly"},
    "orglife.date": {"stage": "which stage of organisational life was done", "on": "when a stage was done"},
    "orglife.list_problem": {
        "text": "which problem a meeting listed", "of": "whose problem it is", "owner": "who puts it right",
        "due_on": "until when it is put right",
    },
    "orglife.criticise": {"about": "whom an opinion is about", "opinion": "what somebody holds against it"},
    "orglife.read": {},
    "orglife.withdraw": {},
    "appraisal.begin": {"on": "when an appraisal was begun"},
    "appraisal.step": {"step": "which step of an appraisal was taken", "on": "when a step was taken"},
    "appraisal.join": {"meeting": "at which meeting members were appraised"},
    "appraisal.count": {
        "on": "when members were polled", "ballots": "how many ballots were given",
        "ballots-#": "how many for one of them",
        "excellent-#": "how many find one excellent", "qualified-#": "how many find one qualified",
        "basically-#": "how many find one basically qualified", "unqualified-#": "how many find one unqualified",
        "reason": "why tallies change after the decision",
    },
    "appraisal.choose": {
        "on": "when grades were proposed or decided", "grade-#": "which grade somebody gets",
        "over_reason": "why more than a third are excellent", "reason": "why a grade changes after the decision",
    },
    "appraisal.look": {},
    "appraisal.acknowledge": {},
    # the ledger
    "plans.propose": {},
    "plans.keep": {
        "month": "for which month something is planned", "kind": "which meeting is planned",
        "text": "what else is planned",
    },
    "admissions.enter": {
        "step": "which step of admission was taken", "on_day": "when it was taken",
        "until_on": "until when somebody's probation is extended",
    },
    "admissions.remove": {},
    "dues.tick_branch": {"people": "who paid dues", "all": "that everybody paid"},
    "dues.tick_group": {"people": "who paid dues", "all": "that everybody paid"},
    "honours.enter": {
        "person": "who was honoured", "title": "with which honour", "level": "at which level",
        "awarded_by": "by whom somebody was honoured", "awarded_on": "when somebody was honoured",
    },
    "honours.remove": {},
    "honours.enter_visit": {
        "person": "who was visited", "occasion": "on which occasion", "visitor": "who visited",
        "on_day": "when somebody was visited", "text": "what there is to say of a visit",
    },
    "honours.remove_visit": {},
    # notices
    "feed.make": {},
    "feed.end": {},
    "robots.save": {"address": "where a unit's robot is reached"},
    "robots.test": {},
    "robots.remove": {},
    "periods.configure": {"quarter": "which quarter is evaluated"},
    "periods.open_": {},
    "periods.freeze": {},
    "periods.reopen": {"reason": "why a frozen evaluation is opened again"},
}  # fmt: skip

#: A form that changes what another one asked, or follows from it, and comes filled in with it.
CHANGES = {
    "meetings.move": "calling.call",
    "activities.revise": "activities.jot",
    "declarations.edit": "declarations.declare",
    "cases.exempt": "exclusions.exclude",
}
#: A form in which somebody says for another what that one could have said, where they have not.
INSTEAD = {
    "roll.enter_leave": "meetings.ask_leave", "meetings.add_sitting": "calling.call",
    "makeups.record_of_branch": "roll.make_up", "makeups.record_of_group": "roll.make_up",
    "dues.tick_group": "dues.tick_branch",
}  # fmt: skip
#: Routes whose forms no page of the test's world shows: they come in states of a quarter that other tests play through.
UNSEEN = {
    "admissions.enter",
    "appraisal.begin",
    "appraisal.join",
    "branchpoints.reopen",
    "cases.withdraw_veto",
    "evaluation.answer",
    "evaluation.object_to",
    "evaluation.review",
    "evaluation.self_score",
    "evaluation.withdraw_award",
    "evaluation.withdraw_veto",
    "joint.invite",
    "makeups.record_of_branch",
    "periods.reopen",
    "plans.keep",
    "roll.undo_make_up_",
}
#: Rooms whose forms ask no facts of party life: rules and their figures, files, logins.
APART = (
    "ruletables", "schemes", "kinds", "shifts", "imports", "figures", "drafts", "login", "me", "slips",
)  # fmt: skip
