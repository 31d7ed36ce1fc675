"""The panics that an image may contain. Each cannot happen, though the compiler does not see it."""

# The compilers for which this list holds.
COMPILERS = ("rustc 1.95", "rustc 1.96")

# What the check needs: no emulator.
PROGRAMS = ("cargo", "arm-none-eabi-ld", "arm-none-eabi-objdump", "arm-none-eabi-addr2line")

# A source file, as image.panic_sites() names it but without the line, and why it never panics. No
# file of ours may be listed.
ALLOWED = {
    "aes backends/fixslice/utils.rs": "indices into arrays, counted by loops over their lengths",
    "core slice/index.rs": "the position of a character that was found in the text",
    "core slice/mod.rs": "copies into places that were cut to the source's length",
    "heapless vec/mod.rs": "only removes what was found, or the first of a full list",
    "the measuring program bin/image.rs": "not on the device",
    "the measuring program machine.rs": "not on the device",
}


def unexpected(sites: list[tuple[str, str]]) -> list[str]:
    """The sites that are not allowed."""
    return [
        f"{place}, in {function}"
        for place, function in sites
        if place.split(" > ")[0].rpartition(":")[0] not in ALLOWED and place not in ALLOWED
    ]
