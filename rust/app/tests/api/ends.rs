//! A second manager, the end, and what comes after it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use netprov_app::{Error, Event, Provisioner};
use netprov_host::Device;

use crate::phone::Phone;
use crate::{NAME, Told, builder, security};

/// Counts how often it, or a copy, is dropped.
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
fn there_is_one_manager() {
    let device = Device::new();
    let drops = Arc::new(AtomicUsize::new(0));
    let kept = Counted(drops.clone());
    let (first, told) = Told::builder();
    let first = first.init().unwrap();
    let second = builder().on_event(move |_, _| _ = count(&kept.0)).init();
    assert_eq!(second.err(), Some(Error::Already));
    assert_eq!(count(&drops), 1, "its closures are gone");
    // The first one is as it was.
    first.start(security(), NAME, None).unwrap();
    Phone::connected(&device, "abcd1234");
    assert_eq!(told.take(), [Event::Start, Event::SessionEstablished]);
    drop(first);
    assert_eq!(told.take(), [Event::End, Event::Deinit]);
    drop(builder().init().unwrap());
}

#[test]
fn after_the_end_nothing_works() {
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
    assert_eq!(manager.configure_wifi(c"Home", None), Err(Error::NotPermitted));
    assert_eq!(manager.set_app_info(c"a", c"1", &[]), Err(Error::NotPermitted));
    assert_eq!(manager.reset_after_failure(), Err(Error::NotPermitted));
    assert_eq!(manager.reprovision(), Err(Error::NotPermitted));
    assert_eq!(manager.wifi_state(), Err(Error::NotPermitted));
    assert_eq!(manager.qr_payload().err(), Some(Error::NotPermitted));
    assert_eq!(manager.draw_qr(|_| {}), Err(Error::NotPermitted));
    assert_eq!(manager.fail_reason(), None);
    assert_eq!(manager.remaining_attempts(), None);
    assert!(manager.is_idle() && !manager.is_provisioned());
    assert_eq!(manager.forget_credentials(), Ok(()), "that is the store's");
    manager.stop();
    manager.wait();
    phone.ask("prov-config", &[]).unwrap_err();
}

#[test]
fn it_is_stopped_while_it_waits() {
    let _device = Device::new();
    let (events, begun) = std::sync::mpsc::channel();
    let provisioner = builder()
        .on_event(move |_, event| {
            let _ = events.send(event);
        })
        .init()
        .unwrap();
    let manager = *provisioner;
    let online = std::thread::spawn(move || manager.connect_or_provision(security(), NAME, None));
    assert_eq!(begun.recv().unwrap(), Event::Start);
    provisioner.stop();
    assert_eq!(online.join().unwrap(), Err(Error::Canceled));
}

#[test]
fn it_may_be_stopped_by_a_closure() {
    let device = Device::new();
    let provisioner = builder()
        .on_event(|manager, event| {
            if event == Event::SessionEstablished {
                manager.wait(); // not in a closure: it returns
                manager.stop();
                assert!(!manager.is_idle(), "when this has returned");
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
fn it_may_end_in_a_closure() {
    let _device = Device::new();
    let drops = Arc::new(AtomicUsize::new(0));
    let owner = Arc::new(Mutex::new(None::<Provisioner>));
    let kept = Counted(drops.clone());
    let (mine, drops_in) = (owner.clone(), drops.clone());
    let provisioner = builder()
        .on_event(move |manager, event| {
            if event == Event::Start {
                assert_eq!(manager.connect(), Err(Error::NotPermitted), "not in a closure");
                // The owner goes, and with it the closure that does this: when it has returned.
                drop(mine.lock().unwrap().take());
                assert_eq!(count(&drops_in), 0);
                assert_eq!(count(&kept.0), 0);
            }
        })
        .init()
        .unwrap();
    let manager = *provisioner;
    *owner.lock().unwrap() = Some(provisioner);
    // It has run, and what the closure asked for is done, when this returns or soon after.
    let _ = manager.start(security(), NAME, None);
    manager.stop();
    assert!(owner.lock().unwrap().is_none());
    let next = builder().init();
    assert_eq!(next.err(), None);
    assert_eq!(count(&drops), 1);
}

#[test]
fn closures_are_dropped() {
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
fn a_transport_that_hangs_is_left_behind() {
    let device = Device::new();
    let (builder, told) = Told::builder();
    let drops = Arc::new(AtomicUsize::new(0));
    let kept = Counted(drops.clone());
    let builder = builder.endpoint(c"kept", move |_, _| Ok(vec![count(&kept.0) as u8]));
    let provisioner = builder.init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    device.break_stop(true);
    assert_eq!(provisioner.deinit(), Err(Error::TimedOut));
    assert_eq!(count(&drops), 0, "they may be called yet");
    assert_eq!(told.take(), [Event::Start]);
    device.break_stop(false);
    assert_eq!(told.take(), [Event::End, Event::Deinit]);
    assert_eq!(count(&drops), 1);
}

#[test]
fn what_cannot_be_leaves_nothing_behind() {
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
