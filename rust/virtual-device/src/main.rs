//! The virtual device.

fn main() {}
