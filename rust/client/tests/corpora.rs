//! Replays the corpora of the client's fuzz targets.

use std::fs;
use std::path::Path;

use netprov_client::fuzzing;

#[track_caller]
fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        body(&fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 0, "{target} has no corpus");
}

#[test]
fn client_handshake() {
    replay("client_handshake", fuzzing::handshake);
}

#[test]
fn client_responses() {
    replay("client_responses", fuzzing::responses);
}

#[test]
fn client_qr() {
    replay("client_qr", fuzzing::qr);
}

#[test]
fn client_console() {
    replay("client_console", fuzzing::console);
}
