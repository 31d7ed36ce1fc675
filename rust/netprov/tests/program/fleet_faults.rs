//! A production line with every kind of fault that a device can have.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Device, Ended, PASSPHRASE, POP, SSID, file, netprov, run_with};

/// A dataset of the network `OpenThreadDemo`, which is in range of a virtual device for Thread.
const DATASET: &str = "0e080000000000010000000300000f350407fff800020811111111222222000708fd11\
    110000001111051000112233445566778899aabbccddeeff030e4f70656e54687265616444656d6f0102\
    12340410445f2b5ca6f2a93a55ce570a70efeecb0c0402a0f7f8";

/// A device of the line.
struct Case {
    name: &'static str,
    security: u32,
    is_thread: bool,
    /// Its fault; empty for none.
    fault: &'static str,
    /// The kinds of failure that the fault may cause; empty if the device is provisioned anyway.
    kinds: &'static [&'static str],
}

const fn case(
    name: &'static str,
    security: u32,
    fault: &'static str,
    kinds: &'static [&'static str],
) -> Case {
    Case { name, security, is_thread: false, fault, kinds }
}

const CASES: [Case; 15] = [
    case("good0", 0, "", &[]),
    case("good1", 1, "", &[]),
    case("good2", 2, "", &[]),
    Case { is_thread: true, ..case("good-thread", 1, "", &[]) },
    case("slow", 1, "slow=100", &[]),
    case("link-lost", 1, "link-lost=1", &[]),
    // Losing the response to the proof looks like a rejected proof: both close the connection.
    case("some-lost", 1, "lost=3", &["unreachable", "refused", "timed_out", "wrong_proof"]),
    case("all-lost", 2, "lost", &["unreachable", "refused", "timed_out"]),
    case("never", 1, "slow=600000", &["timed_out", "unreachable"]),
    case("storage", 1, "storage", &["not_connected", "refused"]),
    case("no-password", 2, "reason=auth_error", &["not_connected"]),
    case("no-network", 1, "reason=network_not_found", &["not_connected"]),
    case("locked-out", 1, "locked-out", &["refused", "unreachable", "wrong_proof"]),
    Case { is_thread: true, ..case("no-dataset", 1, "reason=dataset_invalid", &["not_connected"]) },
    Case { is_thread: true, ..case("no-mesh", 2, "reason=network_not_found", &["not_connected"]) },
];

fn start(case: &Case) -> Device {
    let security = case.security.to_string();
    let mut options = vec!["--control", "127.0.0.1:0", "--security", &security];
    match case.security {
        0 => {}
        1 => options.extend(["--pop", POP]),
        _ => options.extend(["--username", "wifiprov", "--password", POP]),
    }
    match case.is_thread {
        true => options.extend(["--network", "thread", "--thread", "OpenThreadDemo:0x1234:15"]),
        false => options.extend(["--wifi-conn-attempts", "1"]),
    }
    if !case.fault.is_empty() {
        options.extend(["--fault", case.fault]);
    }
    Device::start(&options)
}

fn row(case: &Case, device: &Device) -> String {
    let (pop, username) = match case.security {
        0 => ("", ""),
        1 => (POP, ""),
        _ => (POP, "wifiprov"),
    };
    let (ssid, dataset) = if case.is_thread { ("", DATASET) } else { (SSID, "") };
    let (name, address, security) = (case.name, &device.address, case.security);
    format!("{name},{address},{security},{pop},{username},{ssid},{dataset}\n")
}

fn outcomes(ended: &Ended) -> BTreeMap<String, Value> {
    let events = ended.events().into_iter().filter(|event| event["event"] == "device");
    events.map(|event| (event["id"].as_str().unwrap().to_owned(), event)).collect()
}

#[test]
fn each_fault_has_its_outcome_and_repaired_devices_are_provisioned() {
    let (_folder, journal) = file("");
    let mut table = "name,http,security,pop,username,ssid,dataset\n".to_owned();
    let mut devices = Vec::new();
    for case in &CASES {
        let device = start(case);
        write!(table, "{}", row(case, &device)).unwrap();
        devices.push(device);
    }
    // Two failures without a device fault: no device at the address, and a mistyped proof of
    // possession.
    let other = Device::start(&["--pop", "another"]);
    writeln!(table, "nobody,127.0.0.1:1,1,{POP},,{SSID},").unwrap();
    writeln!(table, "mistyped,{},1,{POP},,{SSID},", other.address).unwrap();

    let fleet = |table: &str| {
        let options = ["--request-time", "4", "--timeout", "30", "--retries", "1"];
        let usual = ["--json", "fleet", "-", "--journal", &journal, "--retry-time", "1"];
        let mut command = netprov(&[&usual[..], &options].concat());
        command.env("NETPROV_PASSPHRASE", PASSPHRASE);
        run_with(command, table)
    };
    let ended = fleet(&table).is(1);
    let found = outcomes(&ended);
    assert_eq!(found.len(), CASES.len() + 2);
    for case in &CASES {
        let outcome = &found[case.name];
        let kind = outcome["kind"].as_str();
        let expected = match kind {
            None => case.kinds.is_empty(),
            Some(kind) => case.kinds.contains(&kind),
        };
        assert!(expected, "{outcome}");
    }
    assert_eq!(found["nobody"]["kind"], "unreachable");
    assert_eq!(found["mistyped"]["kind"], "wrong_proof");

    // Once the faults are repaired, the same command continues with the devices that are not done.
    for device in &devices {
        device.set_faults("none");
    }
    let again = outcomes(&fleet(&table).is(1));
    let failed: Vec<&Case> = CASES.iter().filter(|case| !case.kinds.is_empty()).collect();
    assert_eq!(again.len(), failed.len() + 2);
    for case in failed {
        assert_eq!(again[case.name]["done"], true, "{}", again[case.name]);
    }
}
