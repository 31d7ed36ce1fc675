#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the diagrams of the guide, flow.svg and sequence.svg, from the text below.

    docs/images/diagrams.py [--check]

With --check it writes nothing and fails if a file differs from what it would write.
"""

from __future__ import annotations

import argparse
import sys
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent

STYLE = """\
text { font: 13px sans-serif; fill: #1f2328; }
.small { font-size: 12px; fill: #59636e; }
rect { fill: #f6f8fa; stroke: #59636e; rx: 6; }
rect.end { fill: #dafbe1; }
line, path { stroke: #59636e; fill: none; }
.dashed { stroke-dasharray: 4 4; }
marker path { fill: #59636e; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; }
  rect { fill: #212830; stroke: #9198a1; }
  rect.end { fill: #12361f; }
  line, path { stroke: #9198a1; }
  marker path { fill: #9198a1; }
}
"""

# What connect_or_provision() does. A step: its name, what stands below the name, and its place in a
# grid of columns and rows.
STEPS = {
    "boot": ("Start", "network_prov_mgr_connect_or_provision()", 0, 0),
    "stored": ("Stored networks", "each in turn, in four rounds", 0, 1),
    "online": ("Online", "the function returns 0", 0, 3),
    "service": ("Service", "waits for a client", 1, 1),
    "trying": ("Credentials are tried", "up to the timeout of an attempt", 1, 2),
    "keep": ("Stored", "the service ends", 1, 3),
}
# From a step to another one, with the reason.
FLOW = (
    ("boot", "stored", ""),
    ("stored", "online", "one works"),
    ("stored", "service", "none, or none works"),
    ("service", "trying", "set and apply"),
    ("trying", "keep", "they work"),
    ("keep", "online", ""),
)
# The same, along the right side.
BACK = (("trying", "service", "they do not work"),)
# The same, above both.
OVER = (("service", "stored", "no client for RETRY_STORED_MS"),)

ACTORS = ("Phone", "Module", "Application", "Network")
# From an actor to another one, or to itself, and what is said. A line without a target is a note over all.
MESSAGES = (
    ("Application", "Module", "connect_or_provision()"),
    ("Module", "Application", "START"),
    ("Phone", "Module", "proto-ver: version, capabilities"),
    ("Phone", "Module", "prov-session: handshake"),
    ("Module", "Application", "SESSION_ESTABLISHED"),
    ("", "", "all that follows is encrypted"),
    ("Phone", "Module", "prov-scan: which networks are there?"),
    ("Module", "Network", "scan"),
    ("Module", "Phone", "the list, in pages"),
    ("Phone", "Module", "prov-config: set, apply"),
    ("Module", "Application", "CRED_RECV, ATTEMPT"),
    ("Module", "Network", "join"),
    ("Network", "Module", "address"),
    ("Module", "Application", "ADDRESS, CRED_SUCCESS (stored now)"),
    ("Phone", "Module", "prov-config: status?"),
    ("Module", "Phone", "connected, 192.168.1.23"),
    ("Module", "Application", "END; the call returns 0"),
)


def svg(width: int, height: int, title: str, body: list[str]) -> str:
    arrow = (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker></defs>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img"'
    lines = [f'{head} viewBox="0 0 {width} {height}">', f"<title>{escape(title)}</title>"]
    return "\n".join([*lines, f"<style>\n{STYLE}</style>", arrow, *body, "</svg>"]) + "\n"


def text(x: int, y: int, words: str, kind: str = "", anchor: str = "middle") -> str:
    shape = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{shape}>{escape(words)}</text>'


def flow() -> str:
    wide, high, gap_x, gap_y, left, top = 290, 54, 160, 46, 20, 60
    body = []

    def corner(name: str) -> tuple[int, int]:
        _, _, column, row = STEPS[name]
        return left + column * (wide + gap_x), top + row * (high + gap_y)

    for name, (title, about, _, _) in STEPS.items():
        x, y = corner(name)
        kind = ' class="end"' if name == "online" else ""
        body.append(f'<rect x="{x}" y="{y}" width="{wide}" height="{high}"{kind}/>')
        body.append(text(x + wide // 2, y + 23, title))
        body.append(text(x + wide // 2, y + 42, about, "small"))
    for begin, end, why in FLOW:
        (x1, y1), (x2, y2) = corner(begin), corner(end)
        if x1 == x2:
            x = x1 + wide // 2
            body.append(f'<line x1="{x}" y1="{y1 + high}" x2="{x}" y2="{y2}" marker-end="url(#arrow)"/>')
            body.append(text(x + 8, (y1 + high + y2) // 2 + 4, why, "small", "start"))
        else:
            a, b = (x1 + wide, x2) if x1 < x2 else (x1, x2 + wide)
            y = y1 + high // 2 + 8
            body.append(f'<line x1="{a}" y1="{y}" x2="{b}" y2="{y}" marker-end="url(#arrow)"/>')
            body.append(text((a + b) // 2, y + 16, why, "small"))
    for begin, end, why in BACK:
        (x1, y1), (x2, y2) = corner(begin), corner(end)
        x, a, b = x1 + wide, y1 + high // 2, y2 + high // 2
        body.append(f'<path d="M{x} {a}h24V{b}h-24" marker-end="url(#arrow)"/>')
        body.append(text(x + 32, (a + b) // 2 + 4, why, "small", "start"))
    for begin, end, why in OVER:
        (x1, y1), (x2, y2) = corner(begin), corner(end)
        a, b, y = x1 + wide // 2, x2 + wide - 30, top - 30
        body.append(f'<path d="M{a} {y1}V{y}H{x2 + wide + 30}V{y2 + 12}H{b + 30}" marker-end="url(#arrow)"/>')
        body.append(text((a + x2 + wide + 30) // 2, y - 8, why, "small"))
    return svg(930, 440, "From the start of a device to the network", body)


def sequence() -> str:
    step, first, top = 250, 90, 40
    place = {actor: first + index * step for index, actor in enumerate(ACTORS)}
    height = top + 34 + 34 * len(MESSAGES)
    body = []
    for actor, x in place.items():
        body.append(f'<rect x="{x - 60}" y="8" width="120" height="30"/>')
        body.append(text(x, 28, actor))
        body.append(f'<line class="dashed" x1="{x}" y1="38" x2="{x}" y2="{height - 10}"/>')
    for number, (begin, end, said) in enumerate(MESSAGES):
        y = top + 40 + 34 * number
        if not begin:
            body.append(text((place[ACTORS[0]] + place[ACTORS[-1]]) // 2, y, f"— {said} —", "small"))
            continue
        a, b = place[begin], place[end]
        body.append(f'<line x1="{a}" y1="{y}" x2="{b}" y2="{y}" marker-end="url(#arrow)"/>')
        low, upper = min(a, b), max(a, b)
        # Between the two, or at the side of a line that passes a third.
        body.append(text((low + min(upper, low + step)) // 2, y - 6, said, "small"))
    return svg(first * 2 + step * (len(ACTORS) - 1), height, "A phone provisions a device for Wi-Fi", body)


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the diagrams of the guide.")
    parser.add_argument("--check", action="store_true", help="only say which files differ")
    options = parser.parse_args()
    differ = []
    for name, drawing in (("flow.svg", flow()), ("sequence.svg", sequence())):
        file = HERE / name
        if not options.check:
            file.write_text(drawing, encoding="utf-8")
        elif not file.is_file() or file.read_text(encoding="utf-8") != drawing:
            differ.append(name)
    if differ:
        print(f"{', '.join(differ)} differ: run docs/images/diagrams.py", file=sys.stderr)
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
