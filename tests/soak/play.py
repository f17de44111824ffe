"""Playing a plan: everybody jots and signs in on their phones, while the line is bad and the app gets killed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from playwright.async_api import Browser, Error

from tests.soak.line import Line
from tests.soak.phones import GLANCE, GivenUp, Phone, Seen, Tab, new_phone
from tests.soak.photos import photo
from tests.soak.plan import Jot, Plan, Shift, SignIn
from tests.soak.server import Server
from tests.soak.world import World

AT_ONCE = 8  # acts under way at the same time: two tabs of a phone are often among them
SENT_AT_MOST = 180
WORKER_STANDS = """navigator.serviceWorker.ready.then(async () => {
  while (!(await caches.match('/outbox'))) await new Promise((done) => setTimeout(done, 100));
})"""
#: The keys of the items that /outbox shows, once it shows anything.
SHOWN = """async () => {
  while (!document.querySelector('#outbox-none:not([hidden]), [data-outbox-list] > li'))
    await new Promise((done) => setTimeout(done, 100));
  return [...document.querySelectorAll('[data-outbox-list] > li')].map((row) => row.id);
}"""


@dataclass
class Notes:
    """What people know in the end: acts done, sentences read on a page, what their outbox shows, what went wrong."""

    done: set = field(default_factory=set)
    refused: dict = field(default_factory=dict)
    waited: int = 0
    #: (person of the plan, item) of everything that is not stored in the end.
    items: list = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Play:
    """A plan that is being played."""

    def __init__(self, plan: Plan, world: World, server: Server, line: Line, say=lambda *_: None):
        self.plan, self.world, self.server, self.line, self.say = plan, world, server, line, say
        self.notes, self.count, self.room = Notes(), 0, asyncio.Semaphore(AT_ONCE)
        self.events, self.happening, self.killing = list(plan.events), [], asyncio.Lock()

    async def run(self, browser: Browser) -> Notes:
        """Play it and return the notes."""
        size = self.plan.size
        phones = [
            await new_phone(browser, number, self.line.home, size.tabs, has_worker=number % 3 != 2)
            for number in range(size.phones)
        ]
        await asyncio.gather(*(self.get_ready(phone) for phone in phones if phone.has_worker))
        self.line.is_good = False
        await asyncio.gather(*(self.use(phone) for phone in phones))
        await asyncio.gather(*self.happening)
        self.line.is_good = True
        await asyncio.to_thread(self.server.wait)
        await asyncio.gather(*(self.finish(phone) for phone in phones))
        for phone in phones:
            await phone.context.close()
        return self.notes

    async def get_ready(self, phone: Phone) -> None:
        """Open the app once where the line is good, so that its worker stands."""
        tab = phone.tabs[0]
        async with self.room:
            await tab.reach("/", self.world.people[self.plan.phones[phone.number][0].person])
            await tab.page.evaluate(WORKER_STANDS)

    async def use(self, phone: Phone) -> None:
        """Let the people of a phone do what they planned, one after the other."""
        for number, shift in enumerate(self.plan.phones[phone.number]):
            if number % 2:
                async with self.room:
                    await self.attempt("logging out", phone.tabs[0].log_out())
            elif number:
                await asyncio.to_thread(self.world.end_logins, self.plan.phones[phone.number][number - 1].person)
            if number:  # without a network, a phone takes whoever used it last for its user
                taken = phone.tabs[0].reach("/", self.world.people[shift.person])
                async with self.room:
                    await self.attempt("taking the phone over", taken)
            await asyncio.gather(*(self.work(phone, tab, shift, place) for place, tab in enumerate(phone.tabs)))

    async def work(self, phone: Phone, tab: Tab, shift: Shift, place: int) -> None:
        """Do one thing after the other in a tab."""
        for act in shift.tabs[place]:
            async with self.room:
                await self.attempt(f"{act}", self.jot(tab, act) if isinstance(act, Jot) else self.sign(phone, tab, act))
            self.count += 1
            self.say(self.count)
            while self.events and self.events[0][0] <= self.count:
                self.happening.append(asyncio.create_task(self.happen(*self.events.pop(0)[1:])))

    async def attempt(self, what: str, doing) -> None:
        """Do something, and note it where somebody had to give up."""
        try:
            await doing
        except (GivenUp, Error) as trouble:
            self.notes.faults.append(f"given up: {what}: {trouble}")

    async def happen(self, what: str, which: float) -> None:
        """Let something befall everybody."""
        if what == "kill":
            async with self.killing:
                await asyncio.to_thread(self.server.kill)
                await asyncio.sleep(which)
                self.server.start()
                await asyncio.to_thread(self.server.wait)
        elif what == "end":
            await asyncio.to_thread(self.world.end_logins, which)
        else:
            await asyncio.to_thread(self.world.close, which)

    # --- what people do -----------------------------------------------------------------------------------------------

    async def jot(self, tab: Tab, act: Jot) -> None:
        """Jot from the form, with photos; what is refused at once is put right in the form."""
        page = tab.page
        seen = await tab.reach("/activities/new", self.world.people[act.person])
        await page.locator("form[data-outbox] [name=text]").fill(act.line)
        if act.nobody:
            await page.locator("[name=preset][value=none]").tap()
        if act.photos:
            files = [{"name": f"{one}.jpg", "mimeType": "image/jpeg", "buffer": photo(one)} for one in act.photos]
            await page.locator("[name=photos]").set_input_files(files)
        await page.locator(".sticky-bar button").tap()
        seen = await tab.until(lambda seen: not seen.isJot or seen.said, act.line)
        if seen.isJot:
            await page.locator("[name=preset][value=all]").tap()
            await page.locator(".sticky-bar button").tap()
            seen = await tab.until(lambda seen: not seen.isJot, act.line)
        self.note(act, seen)

    def note(self, act, seen: Seen) -> None:
        """Note that something was done, and whether it waits."""
        self.notes.done.add(act)
        self.notes.waited += seen.path == "/outbox"

    async def sign(self, phone: Phone, tab: Tab, act: SignIn) -> None:
        """Scan the code on the wall until there is a receipt, a waiting item, or a sentence why not."""
        if act.offline and phone.has_worker and await self.sign_without_network(phone, tab, act):
            return
        who = self.world.people[act.person]
        for _ in range(40):
            seen = await tab.open(f"/q/{self.world.code(act.meeting)}")
            if seen and seen.isLogin:
                seen = await tab.log_in(who)
            if seen and await self.answered(tab, act, seen):
                return
            await asyncio.sleep(GLANCE)
        raise GivenUp(f"no code is taken: stands at {tab.page.url} with {seen}")

    async def answered(self, tab: Tab, act: SignIn, seen: Seen) -> bool:
        """Go on from what a scanned code shows; return whether the person is through with it."""
        if seen.isOffline:
            return await self.kept(tab, act)
        if seen.person and seen.person != str(self.world.people[act.person].id):
            await tab.log_out()
            return False
        if seen.isDesk:
            await tab.page.locator("form[data-outbox]:has([name=ticket]) button").tap()
            seen = await tab.until(lambda seen: not seen.isDesk or seen.said, f"{act}")
        if seen.said or "签不了" in seen.refused:
            self.notes.refused[act] = seen.said or seen.refused
            return True
        if seen.path.endswith("/receipt") or seen.path == "/outbox":
            self.note(act, seen)
            return True
        return False

    async def kept(self, tab: Tab, act: SignIn) -> bool:
        """Wait for the offline page to keep the code; return whether it did."""
        for _ in range(100):
            seen = await tab.look()
            if seen and not seen.isOffline and (seen.path == "/outbox" or seen.path.endswith("/receipt")):
                self.note(act, seen)
                return True
            await asyncio.sleep(GLANCE)
        return False

    async def sign_without_network(self, phone: Phone, tab: Tab, act: SignIn) -> bool:
        """Scan a code with the phone's own scanner where there is no network; return whether the phone kept it."""
        async with phone.locked:
            seen = await tab.reach("/", self.world.people[act.person])
            await phone.context.set_offline(True)
            try:
                seen = await tab.open(f"/q/{self.world.code(act.meeting)}")
                return bool(seen) and await self.kept(tab, act)
            finally:
                await phone.context.set_offline(False)

    # --- the end ------------------------------------------------------------------------------------------------------

    async def finish(self, phone: Phone) -> None:
        """On a good line, open /outbox as each person of the phone until nothing waits; note what stands there."""
        for person in dict.fromkeys(shift.person for shift in self.plan.phones[phone.number]):
            async with self.room:
                await self.attempt(f"the outbox of person {person}", self.empty(phone.tabs[0], person))
        for number, tab in enumerate(phone.tabs):
            self.notes.faults += [f"phone {phone.number}, tab {number}: script error: {one}" for one in tab.faults]

    async def empty(self, tab: Tab, person: int) -> None:
        """Wait until the outbox has sent what it can, and note what it shows."""
        who = self.world.people[person]
        await tab.reach("/", who)
        await tab.reach("/outbox", who)
        own = []
        for _ in range(SENT_AT_MOST):
            own = [item for item in await tab.items() if item["person"] == str(who.id)]
            if not any(item["state"] == "waiting" for item in own):
                break
            await asyncio.sleep(1)
        await tab.reach("/outbox", who)
        shown = await tab.page.evaluate(SHOWN)
        if wrong := set(shown) ^ {item["key"] for item in own}:
            self.notes.faults.append(f"{who.name}'s outbox shows what is not theirs, or lacks something: {wrong}")
        self.notes.items += [(person, item) for item in own if item["state"] != "stored"]
