"""The panics that an image may hold: each is ruled out by value, though the compiler cannot see it."""

# Which compiler the list is of.
COMPILER = "rustc 1.96"

# What it takes to look: no emulator.
PROGRAMS = ("cargo", "arm-none-eabi-ld", "arm-none-eabi-objdump", "arm-none-eabi-addr2line")

# A source file, as image.panic_sites() names it but for the line, and why it never panics. Nothing of
# our own is here but what prost generates.
ALLOWED = {
    "aes backends/fixslice/utils.rs": "indices into arrays, counted by loops over their lengths",
    "bytes bytes.rs": "prost advances by no more than it has compared with what remains",
    "bytes lib.rs": "the same; and a count of references that would have to overflow",
    "bytes bytes_mut.rs": "a length that would have to overflow; messages are bounded before they are decoded",
    "core cell.rs": "the measuring program's allocator, which is not entered twice",
    "core iter/adapters/skip.rs": "x25519-dalek skips one of 256 bits",
    "core ptr/mut_ptr.rs": "alignments are powers of two",
    "core slice/index.rs": "a character that was found in a text is in it",
    "core slice/mod.rs": "copies into places that were cut to the source's length",
    "embedded-alloc llff.rs": "the measuring program's allocator",
    "heapless vec/mod.rs": "removed is what was found, or the first of a full list",
    "linked_list_allocator hole.rs": "what is freed was allocated",
    "protocomm, generated messages wire/gen/request.rs": "prost merges into the member that it has just set",
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
