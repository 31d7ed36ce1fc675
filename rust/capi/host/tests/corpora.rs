//! Replays the corpus of the fuzz target `c_api`, which contains all inputs that found defects.

#![cfg(not(feature = "thread"))]

use std::fs;
use std::path::Path;

#[test]
fn c_api() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/corpus/c_api");
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files = 0;
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        netprov_host::fuzzing::c_api(&bytes);
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}
