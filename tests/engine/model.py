#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Explores all orders of the steps of a transport's thread and the provisioning thread.

    tests/engine/model.py [--break NAME]

A step is what `zephyr/src/engine/exchange.c` does under its lock, or between two such sections. This
also covers two processors, one for each thread. It checks that

* only the owner uses the buffer, and the thread that frees an exchange leaves the buffer wiped;
* the core is told of each request once, and each ends once: by a response or by an abandonment;
* nothing is stuck: when no step is left, the exchange is free and the core holds no request.

`--break` removes a rule from the model, to show that the checks detect it (`any-number`, `no-given-up`).
It prints `PASS name` or `FAIL name: reason`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace

REQUESTS = 3
FREE, QUEUED, HANDLED, DEFERRED, RESPONDED, GIVEN_UP = (
    "FREE", "QUEUED", "HANDLED", "DEFERRED", "RESPONDED", "GIVEN_UP",
)


class Broken(Exception):
    """A check has failed."""


@dataclass(frozen=True)
class World:
    # The exchange.
    state: str = FREE
    number: int = 0
    known: bool = False
    abandoned: int = 0
    dirty: bool = False
    # The work item, and the request numbers that the core holds, was told of, and has ended.
    queued: bool = False
    deferred: int = 0
    told: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()
    # The threads: each with its next step and its local values.
    transport: tuple = ("idle",)
    engine: tuple = ("idle",)


def finish(world: World, number: int) -> World:
    if number in world.ended:
        raise Broken(f"request {number} ends twice")
    return replace(world, ended=(*world.ended, number))


def use(world: World, who: str) -> None:
    owners = {FREE: "transport", RESPONDED: "transport", HANDLED: "engine", GIVEN_UP: "engine"}
    if owners.get(world.state, "nobody") != who:
        raise Broken(f"the {who} uses the buffer in {world.state}")


def transport_steps(world: World) -> list[World]:
    """netprov_exchange_submit(), _wait() and _release(), which may be called at any time."""
    step = world.transport
    if step == ("idle",):
        if world.number == REQUESTS or world.state != FREE:
            return []
        if world.dirty:
            raise Broken("a free exchange has a buffer that is not wiped")
        use(world, "transport")
        return [replace(world, dirty=True, transport=("claim",))]
    if step == ("claim",):
        return [replace(world, state=QUEUED, number=world.number + 1, known=True, transport=("submit",))]
    if step == ("submit",):
        return [replace(world, queued=True, transport=("wait",))]
    if step == ("wait",):
        if world.state == RESPONDED:
            use(world, "transport")
        return [replace(world, transport=("release",))]
    if step == ("release",):
        if world.state == HANDLED:
            return [replace(world, state=GIVEN_UP, transport=("idle",))]
        if world.state == DEFERRED:
            freed = replace(world, state=FREE, known=False, abandoned=world.number)
            return [replace(freed, transport=("wipe", True))]
        ended = finish(world, world.number) if world.state == QUEUED else world
        return [replace(ended, state=FREE, known=False, transport=("wipe", False))]
    _, is_deferred = step
    use(world, "transport")
    queued = world.queued or is_deferred
    return [replace(world, dirty=False, queued=queued, transport=("idle",))]


def respond(world: World, number: int, then: tuple) -> World:
    """The part of netprov_port_respond() under the lock."""
    if not (world.known and world.number == number):
        return replace(world, engine=then)
    world = finish(world, number)
    if world.state == GIVEN_UP:
        return replace(world, engine=("wipe", then))
    return replace(world, state=RESPONDED, known=False, engine=then)


def engine_steps(world: World, broken: str) -> list[World]:
    """handle_exchange(), and the core's response to deferred requests."""
    step = world.engine
    if step == ("idle",):
        steps = []
        if world.queued:
            steps.append(replace(world, queued=False, engine=("look",)))
        if world.deferred:
            steps.append(replace(world, engine=("borrow",)))
        return steps
    if step == ("borrow",):
        number, world = world.deferred, replace(world, deferred=0)
        is_ours = world.number == number or broken == "any-number"
        is_there = world.known and is_ours and world.state != GIVEN_UP
        if not is_there:
            # The core is told of the abandonment later.
            return [replace(world, deferred=number, engine=("pass",))]
        return [replace(world, state=HANDLED, engine=("write", number, ("idle",)))]
    if step == ("pass",):
        return [replace(world, queued=False, engine=("look",))] if world.queued else []
    if step == ("look",):
        abandoned, is_queued = world.abandoned, world.state == QUEUED
        state = HANDLED if is_queued else world.state
        return [replace(world, abandoned=0, state=state, engine=("abandon", abandoned, is_queued))]
    if step[0] == "abandon":
        _, abandoned, is_queued = step
        if abandoned:
            world = finish(world, abandoned)
            deferred = 0 if world.deferred == abandoned else world.deferred
            world = replace(world, deferred=deferred)
        return [replace(world, engine=("begin", world.number) if is_queued else ("idle",))]
    if step[0] == "begin":
        _, number = step
        use(world, "engine")
        if number in world.told:
            raise Broken(f"the core is told of request {number} twice")
        world = replace(world, told=(*world.told, number))
        return [
            replace(world, engine=("write", number, ("end", number))),
            replace(world, deferred=number, engine=("end", number)),
        ]
    if step[0] == "write":
        _, number, then = step
        use(world, "engine")
        return [respond(replace(world, dirty=True), number, then)]
    if step[0] == "wipe":
        _, then = step
        use(world, "engine")
        return [replace(world, dirty=False, engine=("free", then))]
    if step[0] == "free":
        _, then = step
        return [replace(world, state=FREE, known=False, engine=then)]
    _, number = step
    if world.state == HANDLED:
        return [replace(world, state=DEFERRED, engine=("idle",))]
    if world.state == GIVEN_UP and broken != "no-given-up":
        world = finish(world, number)
        return [replace(world, deferred=0, engine=("wipe", ("idle",)))]
    return [replace(world, engine=("idle",))]


def explore(broken: str) -> int:
    seen, todo = {World()}, [World()]
    while todo:
        world = todo.pop()
        following = transport_steps(world) + engine_steps(world, broken)
        if not following:
            if world.state != FREE or world.dirty or world.deferred or len(world.ended) != REQUESTS:
                raise Broken(f"stuck: {world}")
        for other in following:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return len(seen)


def main() -> int:
    parser = argparse.ArgumentParser(description="A model of the exchanges.")
    parser.add_argument("--break", dest="broken", default="", choices=["", "any-number", "no-given-up"])
    options = parser.parse_args()
    try:
        count = explore(options.broken)
    except Broken as reason:
        print(f"FAIL engine model: {reason}")
        return 1
    print(f"PASS engine model ({count} states)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
