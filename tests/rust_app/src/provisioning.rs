// SPDX-License-Identifier: Apache-2.0

//! What an application does, and its endpoints.

use alloc::vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use network_provisioning::{
    Error, Event, FailReason, IntoZephyr, Network, NetworkState, Provisioner, Refused, Scheme, WithEvents,
};

use crate::{NAME, PROOF, await_event, client, security};

const WORKS: (&core::ffi::CStr, &core::ffi::CStr) = (c"Home", c"correct-horse");

#[unsafe(no_mangle)]
extern "C" fn rust_a_client_provisions_the_device() {
    let (builder, events) = Provisioner::builder(Scheme::console())
        .attempts(2)
        .app_info(c"rust", c"1.2", &[c"dimmer", c"switch"])
        .events();
    let provisioner = builder.init().expect("a manager");
    assert!(provisioner.is_idle());
    provisioner.start(security(), NAME, None).expect("a service");
    assert!(!provisioner.is_idle());
    assert!(!provisioner.is_provisioned());
    assert_eq!(await_event(&events, Event::Start), 0);

    assert!(client::connect(PROOF));
    assert_eq!(await_event(&events, Event::SessionEstablished), 0);
    let version = client::version();
    let wanted = br#""rust":{"ver":"1.2","cap":["dimmer","switch"]}"#;
    assert!(version.windows(wanted.len()).any(|text| text == wanted), "{version:?}");
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
    assert_eq!(provisioner.remaining_attempts(), None);

    let network = Network::new(WORKS.0.to_bytes());
    assert!(client::bring(WORKS.0, WORKS.1));
    assert_eq!(await_event(&events, Event::CredentialsReceived(network)), 0);
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connecting));
    assert_eq!(await_event(&events, Event::Attempt { number: 1, network }), 0);
    assert!(client::sees_success());
    assert_eq!(await_event(&events, Event::CredentialsWorked(network)), 1, "the address does not come first");
    assert_eq!(provisioner.fail_reason(), None);
    provisioner.wait();
    assert_eq!(await_event(&events, Event::End), 0);
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connected));
    assert!(provisioner.is_provisioned());
    provisioner.deinit().expect("an end");
    assert_eq!(await_event(&events, Event::Deinit), 0);
}

#[unsafe(no_mangle)]
extern "C" fn rust_a_wrong_passphrase_is_told() {
    let (builder, events) = Provisioner::builder(Scheme::console()).attempts(2).events();
    let provisioner = builder.init().expect("a manager");
    provisioner.start(security(), NAME, None).expect("a service");
    assert!(client::connect(PROOF));
    let network = Network::new(WORKS.0.to_bytes());
    assert!(client::bring(WORKS.0, c"upside-down"));
    await_event(&events, Event::Attempt { number: 1, network });
    await_event(&events, Event::CredentialsFailed(FailReason::WrongPassphrase));
    assert_eq!(provisioner.fail_reason(), Some(FailReason::WrongPassphrase));
    provisioner.reset_after_failure().expect("a reset");

    provisioner.configure_wifi(WORKS.0, Some(WORKS.1)).expect("credentials");
    await_event(&events, Event::Attempt { number: 1, network });
    assert_eq!(provisioner.configure_wifi(WORKS.0, None), Err(Error::NotPermitted));
    await_event(&events, Event::CredentialsWorked(network));
    provisioner.reprovision().expect("another time");
    await_event(&events, Event::Start);
    provisioner.stop();
    await_event(&events, Event::End);
}

#[unsafe(no_mangle)]
extern "C" fn rust_a_wrong_proof_is_told() {
    let (builder, events) = Provisioner::builder(Scheme::console()).events();
    let provisioner = builder.init().expect("a manager");
    provisioner.start(security(), NAME, None).expect("a service");
    for _ in 0..5 {
        assert!(!client::connect(c"dcba4321"));
        await_event(&events, Event::SessionRefused);
    }
    await_event(&events, Event::LockedOut(core::time::Duration::from_secs(30)));
}

#[unsafe(no_mangle)]
extern "C" fn rust_it_connects_with_what_is_stored() {
    let provisioner = Provisioner::builder(Scheme::console())
        .stays_until_stopped(core::time::Duration::ZERO)
        .init()
        .expect("a manager");
    assert_eq!(provisioner.connect(), Err(Error::NotFound));
    provisioner.start(security(), NAME, None).expect("a service");
    assert_eq!(provisioner.connect(), Err(Error::Busy));
    provisioner.configure_wifi(WORKS.0, Some(WORKS.1)).expect("credentials");
    provisioner.wait();
    assert!(!provisioner.is_idle(), "the service has ended");
    provisioner.stop();
    assert_eq!(provisioner.connect(), Ok(()));
    assert_eq!(provisioner.connect_or_provision(security(), NAME, None), Ok(()));
    let no_name = provisioner.connect_or_provision(security(), c"", None);
    assert_eq!(no_name, Err(Error::Invalid));
    // The errno is the C library's own, even where zephyr-lang-rust takes it for another one.
    let error = provisioner.start(security(), c"", None).into_zephyr().expect_err("no name");
    assert_eq!(error.0, 22);
    provisioner.forget_credentials().expect("a store");
    assert!(!provisioner.is_provisioned());
}

#[unsafe(no_mangle)]
extern "C" fn rust_endpoints_answer() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);

    let mut total = 0_u32;
    let provisioner = Provisioner::builder(Scheme::console())
        .endpoint(c"echo", |_, request| Ok(request.to_vec()))
        .endpoint(c"sum", move |manager, request| {
            assert!(!manager.is_idle(), "the service is idle in a handler");
            total += request.iter().map(|&byte| u32::from(byte)).sum::<u32>();
            Ok(total.to_le_bytes().to_vec())
        })
        .endpoint(c"picky", |_, request| {
            CALLS.fetch_add(1, Ordering::Relaxed);
            if request == b"please" { Ok(vec![]) } else { Err(Refused::because("a word is missing")) }
        })
        .init()
        .expect("a manager");
    // A second start registers their handlers again.
    for round in 1..=2 {
        provisioner.start(security(), NAME, None).expect("a service");
        assert!(client::connect(PROOF));
        assert_eq!(client::ask(c"echo", b"hello").as_deref(), Some(&b"hello"[..]));
        assert_eq!(client::ask(c"echo", b"").as_deref(), Some(&b""[..]));
        let sum = client::ask(c"sum", &[1, 2, 3]);
        assert_eq!(sum.as_deref(), Some(&(6 * round as u32).to_le_bytes()[..]));
        assert_eq!(client::ask(c"picky", b"please").as_deref(), Some(&b""[..]));
        assert_eq!(client::ask(c"picky", b"now"), None);
        assert_eq!(CALLS.load(Ordering::Relaxed), 2 * round);
        provisioner.stop();
    }
}

#[unsafe(no_mangle)]
extern "C" fn rust_an_answer_that_is_too_long_fails_the_request() {
    let provisioner = Provisioner::builder(Scheme::console())
        .endpoint(c"long", |_, request| {
            let length = u32::from_le_bytes(request.try_into().map_err(|_| "four bytes expected")?);
            Ok(vec![7; length as usize])
        })
        .init()
        .expect("a manager");
    provisioner.start(security(), NAME, None).expect("a service");
    assert!(client::connect(PROOF));
    let ask = |length: u32| client::ask(c"long", &length.to_le_bytes());
    assert_eq!(ask(900).map(|answer| answer.len()), Some(900));
    // More than the console prints and more than Zephyr's heap has.
    assert_eq!(ask(2000), None);
    assert_eq!(ask(100_000), None);
    // Nothing of it stays allocated: each time is like the first.
    for _ in 0..50 {
        assert_eq!(ask(2000), None);
    }
    // The client's cipher has advanced without the device's, so the client opens a new session.
    assert!(client::connect(PROOF));
    assert_eq!(ask(900).map(|answer| answer.len()), Some(900));
}

#[unsafe(no_mangle)]
extern "C" fn rust_there_is_no_code_for_the_console() {
    let provisioner = Provisioner::builder(Scheme::console()).init().expect("a manager");
    assert_eq!(provisioner.qr_payload().err(), Some(Error::NotPermitted));
    provisioner.start(security(), NAME, None).expect("a service");
    assert_eq!(provisioner.qr_payload().err(), Some(Error::NotSupported));
    assert_eq!(provisioner.draw_qr(|_| panic!("no line")), Err(Error::NotSupported));
}
