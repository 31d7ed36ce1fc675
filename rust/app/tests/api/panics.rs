//! A panicking closure ends the program and prints where. Each test runs in a child process: this
//! program again, with an environment variable set.

use std::env;
use std::process::Command;

use netprov_app::{Event, Provisioner, Scheme};
use netprov_host::Device;

use crate::phone::Phone;
use crate::{NAME, builder, security};

/// Set in the child process.
const IS_CHILD: &str = "NETPROV_APP_TEST_PANICS";

/// Runs this test again in a child process, which calls `panics` and must end there with `message`
/// printed.
fn panics_in_child(test: &str, message: &str, panics: impl FnOnce()) {
    if env::var_os(IS_CHILD).is_some() {
        panics();
        eprintln!("CHILD CONTINUES");
        return;
    }
    let done = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", test])
        .env(IS_CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(text.contains(message) && text.contains("panics.rs"), "{text}");
    // The test runner prints a summary for an ordinary failure; the child must not get that far.
    assert!(!done.status.success() && !text.contains("test result"), "{text}");
    assert!(!text.contains("CHILD CONTINUES"), "{text}");
}

#[test]
fn in_an_event() {
    panics_in_child("panics::in_an_event", "a closure for events panics", || {
        let _device = Device::new();
        let provisioner = builder()
            .on_event(|_, event| assert!(event != Event::Start, "a closure for events panics"))
            .init()
            .unwrap();
        let _ = provisioner.start(security(), NAME, None);
    });
}

#[test]
fn in_an_endpoint() {
    panics_in_child("panics::in_an_endpoint", "a closure for an endpoint panics", || {
        let device = Device::new();
        let provisioner = builder()
            .endpoint(c"index", |_, request| {
                assert!(request.len() > 1, "a closure for an endpoint panics");
                Ok(request.to_vec())
            })
            .init()
            .unwrap();
        provisioner.start(security(), NAME, None).unwrap();
        let mut phone = Phone::connected(&device, "abcd1234");
        assert_eq!(phone.request("index", &[1, 2]).unwrap(), [1, 2]);
        let _ = phone.request("index", &[1]);
    });
}

#[test]
fn in_a_drawing() {
    panics_in_child("panics::in_a_drawing", "a closure for lines panics", || {
        let _device = Device::new();
        let provisioner = Provisioner::builder(Scheme::softap()).init().unwrap();
        provisioner.start(security(), NAME, None).unwrap();
        let _ = provisioner.draw_qr(|_| panic!("a closure for lines panics"));
    });
}
