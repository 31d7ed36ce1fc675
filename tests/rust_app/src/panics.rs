// SPDX-License-Identifier: Apache-2.0

//! Closures that panic: the image ends and says where the panic was.

use network_provisioning::{Event, Provisioner, Scheme};

use crate::{NAME, PROOF, client, security};

#[unsafe(no_mangle)]
extern "C" fn rust_a_closure_for_events_panics() {
    let provisioner = Provisioner::builder(Scheme::built_in())
        .on_event(|_, event| assert!(event != Event::Start, "a closure for events panics"))
        .init()
        .expect("a manager");
    let _ = provisioner.start(security(), NAME, None);
    zephyr::printkln!("nothing has panicked");
}

#[unsafe(no_mangle)]
extern "C" fn rust_a_closure_for_an_endpoint_panics() {
    let provisioner = Provisioner::builder(Scheme::built_in())
        .endpoint(c"index", |_, request| {
            assert!(request.len() > 1, "a closure for an endpoint panics");
            Ok(request.to_vec())
        })
        .init()
        .expect("a manager");
    provisioner.start(security(), NAME, None).expect("a service");
    assert!(client::connect(PROOF));
    assert_eq!(client::ask(c"index", &[1, 2]).as_deref(), Some(&[1, 2][..]));
    let _ = client::ask(c"index", &[1]);
    zephyr::printkln!("nothing has panicked");
}
