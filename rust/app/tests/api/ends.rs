//! A second manager, ending the manager, and calls after its end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use netprov_app::{Error, Event, Provisioner};
use netprov_host::Device;

use crate::phone::Phone;
use crate::{Events, NAME, builder, forwarding, security};

/// Counts drops.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn count(counter: &Arc<AtomicUsize>) -> usize {
    counter.load(Ordering::Relaxed)
}

#[test]
fn a_second_manager_is_refused() {
    let device = Device::new();
    let drops = Arc::new(AtomicUsize::new(0));
    let kept = Counted(drops.clone());
    let (first, events) = Events::builder();
    let first = first.init().unwrap();
    let second = builder().on_event(move |_, _| _ = count(&kept.0)).init();
    assert_eq!(second.err(), Some(Error::Already));
    assert_eq!(count(&drops), 1, "the closures of the refused builder are dropped");
    // The first manager is unaffected.
    first.start(security(), NAME, None).unwrap();
    Phone::connected(&device, "abcd1234");
    assert_eq!(events.take(), [Event::Start, Event::SessionEstablished]);
    drop(first);
    assert_eq!(events.take(), [Event::End, Event::Deinit]);
    drop(builder().init().unwrap());
}

#[test]
fn a_handle_is_useless_after_deinit() {
    let device = Device::new();
    let provisioner = builder().init().unwrap();
    let manager = *provisioner;
    provisioner.start(security(), NAME, None).unwrap();
    assert_eq!(manager.start(security(), NAME, None), Err(Error::NotPermitted));
    let mut phone = Phone::connected(&device, "abcd1234");
    provisioner.deinit().unwrap();

    assert_eq!(manager.start(security(), NAME, None), Err(Error::NotPermitted));
    assert_eq!(manager.connect(), Err(Error::NotPermitted));
    assert_eq!(manager.connect_or_provision(security(), NAME, None), Err(Error::NotPermitted));
    #[cfg(not(feature = "thread"))]
    assert_eq!(manager.configure_wifi(c"Home", None), Err(Error::NotPermitted));
    #[cfg(feature = "thread")]
    assert_eq!(manager.configure_thread(&[0; 8]), Err(Error::NotPermitted));
    assert_eq!(manager.set_app_info(c"a", c"1", &[]), Err(Error::NotPermitted));
    assert_eq!(manager.reset_after_failure(), Err(Error::NotPermitted));
    assert_eq!(manager.reprovision(), Err(Error::NotPermitted));
    assert_eq!(manager.network_state(), Err(Error::NotPermitted));
    assert_eq!(manager.qr_payload().err(), Some(Error::NotPermitted));
    assert_eq!(manager.draw_qr(|_| {}), Err(Error::NotPermitted));
    assert_eq!(manager.fail_reason(), None);
    #[cfg(not(feature = "thread"))]
    assert_eq!(manager.remaining_attempts(), None);
    assert!(manager.is_idle() && !manager.is_provisioned());
    assert_eq!(manager.forget_credentials(), Ok(()), "erasing needs no manager");
    manager.stop();
    manager.wait();
    phone.request("prov-config", &[]).unwrap_err();
}

#[test]
fn stop_cancels_connect_or_provision() {
    let _device = Device::new();
    let (builder, received) = forwarding(builder());
    let provisioner = builder.init().unwrap();
    let manager = *provisioner;
    let online = std::thread::spawn(move || manager.connect_or_provision(security(), NAME, None));
    assert_eq!(received.recv().unwrap(), Event::Start);
    provisioner.stop();
    assert_eq!(online.join().unwrap(), Err(Error::Canceled));
}

#[test]
fn a_closure_may_stop_the_service() {
    let device = Device::new();
    let provisioner = builder()
        .on_event(|manager, event| {
            if event == Event::SessionEstablished {
                manager.wait(); // returns at once in a closure
                manager.stop();
                assert!(!manager.is_idle(), "stopping takes effect after the closure has returned");
            }
        })
        .init()
        .unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    Phone::connected(&device, "abcd1234");
    provisioner.wait();
    assert!(provisioner.is_idle());
}

#[test]
fn a_closure_may_drop_the_provisioner() {
    let _device = Device::new();
    let drops = Arc::new(AtomicUsize::new(0));
    let owner = Arc::new(Mutex::new(None::<Provisioner>));
    let kept = Counted(drops.clone());
    let (mine, drops_in) = (owner.clone(), drops.clone());
    let provisioner = builder()
        .on_event(move |manager, event| {
            if event == Event::Start {
                assert_eq!(
                    manager.connect(),
                    Err(Error::NotPermitted),
                    "connect() is refused in a closure"
                );
                // Drops the provisioner, and with it this closure, but only after the closure has
                // returned.
                drop(mine.lock().unwrap().take());
                assert_eq!(count(&drops_in), 0);
                assert_eq!(count(&kept.0), 0);
            }
        })
        .init()
        .unwrap();
    let manager = *provisioner;
    *owner.lock().unwrap() = Some(provisioner);
    // The closure has run; its request takes effect before this returns or soon after.
    let _ = manager.start(security(), NAME, None);
    manager.stop();
    assert!(owner.lock().unwrap().is_none());
    let next = builder().init();
    assert_eq!(next.err(), None);
    assert_eq!(count(&drops), 1);
}

#[test]
fn deinit_drops_closures() {
    let _device = Device::new();
    let drops = Arc::new(AtomicUsize::new(0));
    for life in 1..=100 {
        let (one, two) = (Counted(drops.clone()), Counted(drops.clone()));
        let provisioner = builder()
            .on_event(move |_, _| assert!(count(&one.0) < usize::MAX))
            .endpoint(c"kept", move |_, _| Ok(count(&two.0).to_le_bytes().to_vec()))
            .init()
            .unwrap();
        provisioner.start(security(), NAME, None).unwrap();
        assert_eq!(count(&drops), 2 * (life - 1));
        drop(provisioner);
        assert_eq!(count(&drops), 2 * life);
    }
}

#[test]
fn deinit_times_out_on_a_stuck_transport() {
    let device = Device::new();
    let (builder, events) = Events::builder();
    let drops = Arc::new(AtomicUsize::new(0));
    let kept = Counted(drops.clone());
    let builder = builder.endpoint(c"kept", move |_, _| Ok(vec![count(&kept.0) as u8]));
    let provisioner = builder.init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    device.break_stop(true);
    assert_eq!(provisioner.deinit(), Err(Error::TimedOut));
    assert_eq!(count(&drops), 0, "the closures may still be called");
    assert_eq!(events.take(), [Event::Start]);
    device.break_stop(false);
    assert_eq!(events.take(), [Event::End, Event::Deinit]);
    assert_eq!(count(&drops), 1);
}

#[test]
fn a_failed_init_leaks_nothing() {
    let _device = Device::new();
    let drops = Arc::new(AtomicUsize::new(0));
    let fails = |names: &[&'static std::ffi::CStr], error| {
        let mut builder = builder();
        for &name in names {
            let kept = Counted(drops.clone());
            builder = builder.endpoint(name, move |_, _| Ok(count(&kept.0).to_le_bytes().to_vec()));
        }
        let before = count(&drops);
        assert_eq!(builder.init().err(), Some(error), "{names:?}");
        assert_eq!(count(&drops), before + names.len());
    };
    fails(&[c"good", c"good"], Error::Already);
    fails(&[c"prov-config"], Error::Already);
    fails(&[c""], Error::Invalid);
    fails(&[c"a-name-that-is-longer-than-any-other-name-may-be-on-this-device"], Error::Invalid);
    let many = [c"a", c"b", c"c", c"d", c"e", c"f", c"g", c"h", c"i", c"j", c"k", c"l", c"m"];
    fails(&many, Error::NoSpace);
    let refused = builder().app_info(c"prov", c"1", &[]).init();
    assert_eq!(refused.err(), Some(Error::Invalid));
    drop(builder().init().unwrap());
}
