//! In the arena's place: the program's allocator, which nobody measures.

pub(crate) const SIZE: usize = 0;

pub(crate) fn used() -> usize {
    0
}

pub(crate) fn high_water() -> usize {
    0
}
