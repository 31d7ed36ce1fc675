//! Provisioning many devices.

use std::fmt::Write as _;

use netprov_cred::{Credential, forms};

use crate::support::{Device, Ended, PASSPHRASE, POP, SSID, file, netprov, run, run_with};

/// Runs `netprov fleet` on a table, with the passphrase in the environment.
fn fleet(table: &str, options: &[&str]) -> Ended {
    let usual = ["--json", "fleet", "-", "--ssid", SSID];
    let mut command = netprov(&[&usual, options].concat());
    command.env("NETPROV_PASSPHRASE", PASSPHRASE);
    run_with(command, table)
}

fn devices(ended: &Ended) -> Vec<serde_json::Value> {
    ended.events().into_iter().filter(|event| event["event"] == "device").collect()
}

#[test]
fn every_device_gets_its_own_secret() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = "serial,name,http\n".to_owned();
    let mut running = Vec::new();
    for number in 0..6 {
        let name = format!("PROV_{number}");
        let credential = match number % 2 {
            0 => Credential::security_1(&name, None).unwrap(),
            _ => Credential::security_2(&name, "wifiprov", None, None).unwrap(),
        };
        let path = folder.path().join(format!("{name}.json"));
        std::fs::write(&path, forms::json(&credential)).unwrap();
        let device = Device::start(&["--credentials", path.to_str().unwrap()]);
        writeln!(table, "A{number},{name},{}", device.address).unwrap();
        running.push(device);
    }
    let ended = fleet(&table, &["--credentials", folder.path().to_str().unwrap()]).is(0);
    let summary = ended.event("summary");
    assert_eq!((&summary["done"], &summary["failed"]), (&6.into(), &0.into()));
    for device in devices(&ended) {
        assert_eq!(device["done"], true);
        assert!(device["row"]["serial"].as_str().unwrap().starts_with('A'));
    }
    for device in &mut running {
        assert_eq!(device.event("connected")["ssid"], SSID);
    }
}

#[test]
fn one_bad_device_does_not_stop_the_others() {
    let good = Device::secure();
    let other = Device::start(&["--pop", "another"]);
    let table =
        format!("http,pop\n{},{POP}\n{},{POP}\n127.0.0.1:1,{POP}\n", good.address, other.address);
    let ended = fleet(&table, &["--retries", "1"]).is(1);
    let summary = ended.event("summary");
    assert_eq!((&summary["done"], &summary["failed"]), (&1.into(), &2.into()));
    assert_eq!(summary["kinds"]["wrong_proof"], 1);
    assert_eq!(summary["kinds"]["unreachable"], 1);
    for device in devices(&ended) {
        // Temporary failures are retried; a wrong proof is not.
        let tries = if device["kind"] == "unreachable" { 2 } else { 1 };
        assert_eq!(device["tries"], tries, "{device}");
    }
}

#[test]
fn devices_done_in_the_journal_are_skipped() {
    let (_folder, journal) = file("");
    let first = Device::secure();
    let late = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let table = format!("name,http,pop\none,{},{POP}\ntwo,{late},{POP}\n", first.address);
    let options = ["--journal", &journal, "--retries", "0"];
    fleet(&table, &options).is(1);
    drop(first);

    // The first device is off and must be skipped; the second one is on now.
    let text = std::fs::read_to_string(&journal).unwrap();
    assert_eq!(text.lines().count(), 2);
    // Simulates a run that was killed while writing.
    std::fs::write(&journal, format!("{text}{{\"id\":\"two\",\"do")).unwrap();
    let second = Device::start(&["--pop", POP, "--http", &late.to_string()]);
    let ended = fleet(&table, &options).is(0);
    assert_eq!(ended.event("fleet")["done_before"], 1);
    assert_eq!(devices(&ended).len(), 1);
    drop(second);

    // All devices are done.
    let ended = fleet(&table, &options).is(0);
    assert_eq!((devices(&ended).len(), &ended.event("fleet")["done_before"]), (0, &2.into()));
    // With `--again`, all are tried.
    let again = ["--journal", &journal, "--retries", "0", "--again"];
    assert_eq!(devices(&fleet(&table, &again).is(1)).len(), 2);
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(!text.contains(POP) && !text.contains(PASSPHRASE));
}

#[test]
fn an_invalid_table_contacts_no_device() {
    let device = Device::secure();
    let table = format!("http,pop,baud\n{},{POP},\n10.0.0.1,{POP},fast\n", device.address);
    let ended = fleet(&table, &[]).is(2);
    assert!(ended.errors.contains("line 3: `baud`"), "{}", ended.errors);
    assert!(device.events().iter().all(|event| event != "session_established"));
    assert!(run(&["fleet", "/nowhere/table"]).is(2).errors.contains("cannot read"));
}

/// A benchmark. Run `cargo test --release -p netprov -- --ignored --nocapture a_production_line`.
#[test]
#[ignore = "takes a minute, and the results depend on the machine"]
fn a_production_line_of_two_hundred_devices() {
    for (security, own) in [(1, "--pop"), (2, "--password")] {
        for faults in [false, true] {
            let mut table = "name,http,pop,username,ssid,passphrase\n".to_owned();
            let mut running = Vec::new();
            for number in 0..200 {
                let security = security.to_string();
                let options = ["--security", &security, own, POP];
                let username = if security == "2" { "wifiprov" } else { "" };
                // Five of every ten devices have a fault.
                let (pop, ssid, passphrase) = match (faults, number % 10) {
                    (true, 0) => ("mistyped", SSID, PASSPHRASE),
                    (true, 1) => (POP, SSID, "another-passphrase"),
                    (true, 2) => (POP, "Nowhere", PASSPHRASE),
                    (true, 3) => (POP, "Flaky", "third-time-lucky"),
                    _ => (POP, SSID, PASSPHRASE),
                };
                let address = if faults && number % 10 == 4 {
                    "127.0.0.1:1".to_owned()
                } else {
                    let device = Device::start(&options);
                    let address = device.address.clone();
                    running.push(device);
                    address
                };
                writeln!(table, "{number},{address},{pop},{username},{ssid},{passphrase}").unwrap();
            }
            let ended = fleet(&table, &["--jobs", "200", "--retries", "1"]);
            let summary = ended.event("summary");
            println!("security {security}, faults {faults}: {summary}");
            assert_eq!(summary["done"], if faults { 120 } else { 200 });
        }
    }
}
