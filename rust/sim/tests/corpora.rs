//! Replays the corpora of the fuzz targets, which contain all inputs that found defects.

use std::fs;
use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files = 0;
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        println!("{}", path.display());
        run(&bytes);
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}

#[test]
fn session() {
    replay("session", sim::fuzzing::session);
}

#[test]
fn security2() {
    replay("security2", sim::fuzzing::security2);
}

#[test]
fn config() {
    replay("config", sim::fuzzing::config);
}

#[test]
fn scan() {
    replay("scan", sim::fuzzing::scan);
}

#[test]
fn thread() {
    replay("thread", sim::fuzzing::thread);
}

#[test]
fn console_line() {
    replay("console_line", sim::fuzzing::console_line);
}

#[test]
fn cookie() {
    replay("cookie", sim::fuzzing::cookie);
}
