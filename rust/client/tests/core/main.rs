//! The core without a device: byte vectors and scripted responses.

mod choice;
mod handshake;
mod messages;
mod operations;
mod script;

use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let hex = value.as_str().expect("a string of hexadecimal digits");
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
