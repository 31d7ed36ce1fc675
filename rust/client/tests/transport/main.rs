//! Transports with scripted devices that respond wrongly, slowly, partially or never.

mod console;
mod console_script;
mod http;
mod http_script;

use std::time::Duration;

/// Longer than any step takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Time limit for requests that get no response.
const SHORT: Duration = Duration::from_millis(200);

fn hex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
