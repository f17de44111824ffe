"""First come, first served."""

from __future__ import annotations

from threading import Barrier, Event, Thread

from partygroup.turns import Turns


def test_one_at_a_time_in_the_order_of_coming():
    turns, served = Turns(), []
    assert turns.take(1)

    def queue_up(number: int):
        assert turns.take(10)
        served.append(number)
        turns.give()

    waiting = []
    for number in range(20):
        waiting.append(Thread(target=queue_up, args=(number,)))
        waiting[-1].start()
        while len(turns._waiting) <= number:
            Event().wait(0.001)
    turns.give()
    for thread in waiting:
        thread.join()
    assert served == list(range(20))


def test_who_gives_up_leaves_the_queue():
    turns = Turns()
    assert turns.take(1) and not turns.take(0.01)
    turns.give()
    assert turns.take(0.01)


def test_nobody_is_inside_with_another():
    turns, inside, most, gate = Turns(), [], [], Barrier(8)

    def work():
        gate.wait()
        for _ in range(200):
            assert turns.take(10)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turns.give()

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1 and len(most) == 1600
