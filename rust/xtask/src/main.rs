//! Code generation and checks of this workspace: `cargo xtask`.

fn main() {}
