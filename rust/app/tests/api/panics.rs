//! Closures that panic: the program ends, and says where. Each does that in a program of its own,
//! which is this one once more, told to go on where the test begins another.

use std::env;
use std::process::Command;

use netprov_app::{Event, Provisioner, Scheme};
use netprov_host::Device;

use crate::phone::Phone;
use crate::{NAME, builder, security};

/// Tells this program that it is the other one.
const IS_OTHER: &str = "NETPROV_APP_TEST_PANICS";

/// Runs `panics` in another program, in which this test, by its name, gets here too. That one has
/// to end in it, with these words.
fn ends(test: &str, words: &str, panics: impl FnOnce()) {
    if env::var_os(IS_OTHER).is_some() {
        panics();
        eprintln!("IT GOES ON");
        return;
    }
    let done = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", test])
        .env(IS_OTHER, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(text.contains(words) && text.contains("panics.rs"), "{text}");
    // A test that fails in the usual way is summed up. This one got no further.
    assert!(!done.status.success() && !text.contains("test result"), "{text}");
    assert!(!text.contains("IT GOES ON"), "{text}");
}

#[test]
fn in_an_event() {
    ends("panics::in_an_event", "a closure for events panics", || {
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
    ends("panics::in_an_endpoint", "a closure for an endpoint panics", || {
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
        assert_eq!(phone.ask("index", &[1, 2]).unwrap(), [1, 2]);
        let _ = phone.ask("index", &[1]);
    });
}

#[test]
fn in_a_drawing() {
    ends("panics::in_a_drawing", "a closure for lines panics", || {
        let _device = Device::new();
        let provisioner = Provisioner::builder(Scheme::softap()).init().unwrap();
        provisioner.start(security(), NAME, None).unwrap();
        let _ = provisioner.draw_qr(|_| panic!("a closure for lines panics"));
    });
}
