// SPDX-License-Identifier: Apache-2.0

//! The QR code of a transport that apps find by scanning.

use core::sync::atomic::{AtomicUsize, Ordering};

use network_provisioning::{Provisioner, Scheme};

use crate::{NAME, security};

#[unsafe(no_mangle)]
extern "C" fn rust_the_qr_code_is_shown() {
    let provisioner = Provisioner::builder(Scheme::built_in()).init().expect("a manager");
    provisioner.start(security(), NAME, Some(c"passphrase")).expect("a service");
    let payload = provisioner.qr_payload().expect("a text");
    for wanted in ["PROV_TEST", "abcd1234", "softap", "passphrase"] {
        assert!(payload.contains(wanted), "{wanted} is missing");
    }
    assert_eq!(alloc::format!("{payload:?}"), "QrPayload(..)");
    let lines = AtomicUsize::new(0);
    provisioner
        .draw_qr(|line| {
            assert!(!line.is_empty());
            lines.fetch_add(1, Ordering::Relaxed);
        })
        .expect("a drawing");
    assert!(lines.load(Ordering::Relaxed) > 10);
}
