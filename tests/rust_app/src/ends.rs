// SPDX-License-Identifier: Apache-2.0

//! A second manager, the end of a manager, and what works after it.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};

use network_provisioning::{Error, Event, Provisioner, Scheme, WithEvents};
use zephyr::sync::Mutex;

use crate::{NAME, await_event, security};

/// Counts how often it, or one of its copies, is dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn count(counter: &Arc<AtomicUsize>) -> usize {
    counter.load(Ordering::Relaxed)
}

#[unsafe(no_mangle)]
extern "C" fn rust_there_is_one_manager() {
    let drops = Arc::new(AtomicUsize::new(0));
    let kept = Counted(drops.clone());
    let first = Provisioner::builder(Scheme::console()).init().expect("a manager");
    let second = Provisioner::builder(Scheme::console())
        .on_event(move |_, _| {
            // The closure owns it.
            let _kept = &kept;
        })
        .init();
    assert_eq!(second.err(), Some(Error::Already));
    assert_eq!(count(&drops), 1, "its closures were not dropped");
    // The first manager is unaffected.
    first.start(security(), NAME, None).expect("a service");
    drop(first);
    let third = Provisioner::builder(Scheme::console()).init();
    assert!(third.is_ok());
}

#[unsafe(no_mangle)]
extern "C" fn rust_after_the_end_nothing_works() {
    let provisioner = Provisioner::builder(Scheme::console()).init().expect("a manager");
    let manager = *provisioner;
    provisioner.start(security(), NAME, None).expect("a service");
    assert_eq!(manager.start(security(), NAME, None), Err(Error::NotPermitted));
    provisioner.deinit().expect("an end");

    assert_eq!(manager.start(security(), NAME, None), Err(Error::NotPermitted));
    assert_eq!(manager.connect(), Err(Error::NotPermitted));
    assert_eq!(manager.connect_or_provision(security(), NAME, None), Err(Error::NotPermitted));
    assert_eq!(manager.configure_wifi(c"Home", None), Err(Error::NotPermitted));
    assert_eq!(manager.set_app_info(c"a", c"1", &[]), Err(Error::NotPermitted));
    assert_eq!(manager.reset_after_failure(), Err(Error::NotPermitted));
    assert_eq!(manager.reprovision(), Err(Error::NotPermitted));
    assert_eq!(manager.network_state(), Err(Error::NotPermitted));
    assert_eq!(manager.qr_payload().err(), Some(Error::NotPermitted));
    assert_eq!(manager.draw_qr(|_| {}), Err(Error::NotPermitted));
    assert_eq!(manager.fail_reason(), None);
    assert_eq!(manager.remaining_attempts(), None);
    assert!(manager.is_idle());
    manager.stop();
    manager.wait();
}

#[unsafe(no_mangle)]
extern "C" fn rust_it_may_end_in_a_closure() {
    let drops = Arc::new(AtomicUsize::new(0));
    let owner = Arc::new(Mutex::new(None::<Provisioner>));
    let kept = Counted(drops.clone());
    let (mine, drops_in) = (owner.clone(), drops.clone());
    let provisioner = Provisioner::builder(Scheme::console())
        .on_event(move |manager, event| {
            if event == Event::Start {
                assert_eq!(manager.connect(), Err(Error::NotPermitted), "connect() works in a closure");
                // Drops the owner, and with it this closure, once it has returned.
                drop(mine.lock().expect("the owner").take());
                assert_eq!(count(&drops_in), 0);
                assert_eq!(kept.0.load(Ordering::Relaxed), 0);
            }
        })
        .init()
        .expect("a manager");
    let manager = *provisioner;
    *owner.lock().expect("the owner") = Some(provisioner);
    // When this returns, the closure has run and what it asked for is done.
    let _ = manager.start(security(), NAME, None);
    assert_eq!(count(&drops), 1);
    assert!(owner.lock().expect("the owner").is_none());
    assert_eq!(manager.network_state(), Err(Error::NotPermitted));
}

#[unsafe(no_mangle)]
extern "C" fn rust_closures_are_dropped() {
    let drops = Arc::new(AtomicUsize::new(0));
    for life in 1..=20 {
        let (one, two) = (Counted(drops.clone()), Counted(drops.clone()));
        let provisioner = Provisioner::builder(Scheme::console())
            .on_event(move |_, _| assert!(count(&one.0) < usize::MAX))
            .endpoint(c"kept", move |_, _| Ok(count(&two.0).to_le_bytes().to_vec()))
            .init()
            .expect("a manager");
        provisioner.start(security(), NAME, None).expect("a service");
        assert_eq!(count(&drops), 2 * (life - 1));
        drop(provisioner);
        assert_eq!(count(&drops), 2 * life);
    }
}

#[unsafe(no_mangle)]
extern "C" fn rust_what_cannot_be_leaves_nothing_behind() {
    let drops = Arc::new(AtomicUsize::new(0));
    let fails = |names: &[&'static core::ffi::CStr], error| {
        let mut builder = Provisioner::builder(Scheme::console());
        for &name in names {
            let kept = Counted(drops.clone());
            builder = builder.endpoint(name, move |_, _| Ok(count(&kept.0).to_le_bytes().to_vec()));
        }
        let before = count(&drops);
        assert_eq!(builder.init().err(), Some(error));
        assert_eq!(count(&drops), before + names.len());
    };
    fails(&[c"good", c"good"], Error::Already);
    fails(&[c"prov-config"], Error::Already);
    fails(&[c""], Error::Invalid);
    fails(&[c"longer-than-thirty-one-characters"], Error::Invalid);
    fails(&[c"one", c"two", c"three", c"four"], Error::NoSpace);
    let refused = Provisioner::builder(Scheme::console()).app_info(c"prov", c"1", &[]).init();
    assert_eq!(refused.err(), Some(Error::Invalid));
    assert!(Provisioner::builder(Scheme::console()).init().is_ok());
}

#[unsafe(no_mangle)]
extern "C" fn rust_a_full_channel_holds_nobody_up() {
    let (builder, events) = Provisioner::builder(Scheme::console()).events();
    let provisioner = builder.init().expect("a manager");
    // Two events each, which nobody receives.
    for _ in 0..20 {
        provisioner.start(security(), NAME, None).expect("a service");
        provisioner.stop();
    }
    provisioner.deinit().expect("an end");
    // The first ones are there, the others are lost.
    for _ in 0..8 {
        assert_eq!(await_event(&events, Event::Start), 0);
        assert_eq!(await_event(&events, Event::End), 0);
    }
    assert!(events.try_recv().is_err());
}
