//! Statements of the documents about other files: ESP-IDF names, the pinned release, files with
//! secrets.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the words of a text that have the form of identifiers.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// The events of ESP-IDF's components that the handlers of ported applications use.
#[test]
fn each_event_of_esp_idf_has_its_name_and_a_row() {
    const EVENTS: [&str; 18] = [
        "NETWORK_PROV_INIT",
        "NETWORK_PROV_START",
        "NETWORK_PROV_WIFI_CRED_RECV",
        "NETWORK_PROV_WIFI_CRED_FAIL",
        "NETWORK_PROV_WIFI_CRED_SUCCESS",
        "NETWORK_PROV_THREAD_DATASET_RECV",
        "NETWORK_PROV_THREAD_DATASET_FAIL",
        "NETWORK_PROV_THREAD_DATASET_SUCCESS",
        "NETWORK_PROV_END",
        "NETWORK_PROV_DEINIT",
        "WIFI_PROV_CRED_RECV",
        "WIFI_PROV_CRED_FAIL",
        "WIFI_PROV_CRED_SUCCESS",
        "PROTOCOMM_TRANSPORT_BLE_CONNECTED",
        "PROTOCOMM_TRANSPORT_BLE_DISCONNECTED",
        "PROTOCOMM_SECURITY_SESSION_SETUP_OK",
        "PROTOCOMM_SECURITY_SESSION_INVALID_SECURITY_PARAMS",
        "PROTOCOMM_SECURITY_SESSION_CREDENTIALS_MISMATCH",
    ];

    let headers = ["network_prov_mgr.h", "esp_idf_compat.h"]
        .map(|name| read(&format!("include/network_provisioning/{name}")))
        .concat();
    let names: BTreeSet<&str> = words(&headers).collect();
    let migrating = read("docs/migrating.md");
    let (_, rows) = migrating.split_once("\n## Events\n").expect("the section");
    let (rows, _) = rows.split_once("\n## ").expect("the section after it");
    for event in EVENTS {
        assert!(names.contains(event), "no header has {event}");
        // A row may shorten all names but the first: `…_DISCONNECTED`.
        let last = event.rsplit_once('_').map_or(event, |(_, last)| last);
        assert!(rows.contains(event) || rows.contains(&format!("_{last}`")), "no row for {event}");
    }
}

#[test]
fn the_guide_names_the_pinned_release() {
    let manifest = read("west.yml");
    let (_, rest) = manifest.split_once("revision: v").expect("a revision");
    let release = rest.lines().next().unwrap_or_default();
    let minor = release.rsplit_once('.').map_or(release, |(minor, _)| minor);
    let sentence = format!("`west.yml` pins a release of {minor};");
    assert!(read("docs/zephyr.md").contains(&sentence), "docs/zephyr.md does not say: {sentence}");
}

/// The files that the documented commands write contain passwords and must not be committed.
#[test]
fn files_with_secrets_are_ignored() {
    const FILES: [&str; 6] =
        ["cred.json", "cred.h", "label.png", "made/PROV_1.json", "flash.bin", "target/any"];

    for file in FILES {
        let mut git = Command::new("git");
        let checked = git.args(["check-ignore", "--quiet", file]).current_dir(root()).status();
        match checked.ok().and_then(|status| status.code()) {
            Some(code) => assert_eq!(code, 0, "{file} is not ignored"),
            None => eprintln!("skipped: git is not installed"),
        }
    }
}

#[test]
fn files_for_contributors_exist() {
    for file in [
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        ".clang-format",
        ".editorconfig",
        "deny.toml",
        "docs/release.md",
        "docs/protocol.md",
        "docs/zephyr-module-entry.rst",
        ".github/pull_request_template.md",
        ".github/ISSUE_TEMPLATE/bug.md",
        ".github/ISSUE_TEMPLATE/feature.md",
    ] {
        assert!(!read(file).trim().is_empty(), "{file} is empty");
    }
}
