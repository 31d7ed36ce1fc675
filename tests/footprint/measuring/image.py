"""Examines a linked program for places where it could panic."""

import re
import subprocess
from pathlib import Path

PREFIX = "arm-none-eabi-"

# `00000656 <name>:` begins a function, `     656:  b5f0  push …` is an instruction.
FUNCTION = re.compile(r"^([0-9a-f]+) <(.+)>:$")
INSTRUCTION = re.compile(r"^ *([0-9a-f]+):\t([^\t]*)(?:\t(.*))?$")
CALLEE = re.compile(r"<(.+?)(?:\+0x[0-9a-f]+)?>$")

# The standard library's functions that end in a panic.
PANICS = re.compile(
    r"^core::panicking::|^core::(result|option)::(unwrap|expect)_failed|_fail$|_fail::|"
    r"panic_already|rust_begin_unwind|::do_panic"
)

# Where a source file belongs: the compiler's own crates, this repository, a crate from a registry.
STANDARD = re.compile(r"/library/(?:compiler-builtins/)?(core|alloc|compiler-builtins|stdarch)/")
GENERATED = re.compile(r"/protocomm/src/wire/gen/")
OURS = re.compile(r"/rust/(protocomm|provisioning)/src/")
REGISTRY = re.compile(r"/(?:registry/src/[^/]+|vendor)/(.+?)-\d[^/]*/")


def panic_sites(program: Path) -> list[tuple[str, str]]:
    """Where a panic can be reached: the source line, and the function that the linker knows.
    (Panics whose text is dropped are one and the same function to the linker, so the name of what
    is called says nothing.)"""
    calls = []
    for function, address, text in _instructions(program):
        callee = CALLEE.search(text)
        if callee and PANICS.search(callee[1]) and not PANICS.search(function):
            calls.append((function, address))
    places = _places(program, [address for _, address in calls])
    return sorted({(_site(frames), _plain(function)) for (function, _), frames in zip(calls, places)})


def _instructions(program: Path):
    function = ""
    for line in _tool("objdump", "-d", "-C", "--no-show-raw-insn", str(program)).splitlines():
        if begin := FUNCTION.match(line):
            function = begin[2]
        elif step := INSTRUCTION.match(line):
            yield function, int(step[1], 16), step[3] or ""


def _places(program: Path, addresses: list[int]) -> list[list[str]]:
    """The source lines of each address, those of inlined code first."""
    asked = "\n".join(map(hex, addresses))
    answers = _tool("addr2line", "-a", "-i", "-e", str(program), given=asked)
    chunks = re.split(r"^0x[0-9a-f]+\n", answers, flags=re.MULTILINE)[1:]
    return [chunk.splitlines() for chunk in chunks]


def _site(frames: list[str]) -> str:
    """The line of ours that leads there, if any, and the line where it happens."""
    known = [(_crate([frame]), frame) for frame in frames if not frame.startswith("?")]
    foreign = [f"{crate} {_file(frame)}" for crate, frame in known if not OURS.search(frame)]
    own = [f"{crate} {_file(frame)}" for crate, frame in known if OURS.search(frame)]
    return " > ".join(own[:1] + foreign[:1]) or "an unknown line"


def _file(frame: str) -> str:
    return re.sub(r"^.*/(?:src|library/[^/]+)/|:\?$| \(discriminator \d+\)$", "", frame)


def _crate(frames: list[str]) -> str:
    standard = "not known"
    for place in frames:
        if GENERATED.search(place):
            return "protocomm, generated messages"
        if found := OURS.search(place) or REGISTRY.search(place):
            return found[1]
        if found := STANDARD.search(place):
            standard = found[1]
        elif not place.startswith("?"):
            return "the measuring program"
    return standard


def _plain(name: str) -> str:
    """A name without the generic arguments, which say nothing here."""
    return name.replace("<script::rng::DeviceRng>", "")


def _tool(name: str, *arguments: str, given: str | None = None) -> str:
    command = [PREFIX + name, *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout
