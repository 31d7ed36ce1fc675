//! Calls from threads that cannot wait for the provisioning thread: those of the transports and the
//! network, and interrupts. They are carried out later, or refused at once.

use std::time::Duration;

use netprov_app::{AddressKind, Error, Event};
use netprov_host::Device;

use crate::phone::Phone;
use crate::{Events, NAME, builder, security};

#[cfg(not(feature = "thread"))]
const KIND: AddressKind = AddressKind::Ipv4;
#[cfg(feature = "thread")]
const KIND: AddressKind = AddressKind::MeshLocal;

#[test]
fn the_service_starts_and_stops_later() {
    let device = Device::new();
    let (builder, events) = Events::builder();
    let provisioner = builder.init().unwrap();
    assert_eq!(device.without_waiting(false, || provisioner.start(security(), NAME, None)), Ok(()));
    device.settle();
    assert_eq!(events.take(), [Event::Start]);
    Phone::connected(&device, "abcd1234");

    for is_busy in [false, true] {
        device.without_waiting(is_busy, || provisioner.stop());
        device.settle();
        // Its transport has stopped behind that.
        device.settle();
        assert!(provisioner.is_idle(), "busy: {is_busy}");
        assert_eq!(events.take().last(), Some(&Event::End), "busy: {is_busy}");
        provisioner.start(security(), NAME, None).unwrap();
    }
    assert_eq!(device.without_waiting(true, || provisioner.deinit()), Ok(()));
    device.settle();
    device.settle();
    assert_eq!(events.take(), [Event::Start, Event::End, Event::Deinit]);
}

#[test]
fn what_has_to_wait_is_refused() {
    let device = Device::new();
    let refused = device.refused();
    let provisioner = builder().init().unwrap();
    device.without_waiting(false, || {
        assert_eq!(provisioner.connect(), Err(Error::WouldBlock));
        let online = provisioner.connect_or_provision(security(), NAME, None);
        assert_eq!(online, Err(Error::WouldBlock));
        let address = provisioner.wait_for_address(KIND, Duration::from_secs(1));
        assert_eq!(address.err(), Some(Error::WouldBlock));
        // Looking is not waiting.
        let address = provisioner.wait_for_address(KIND, Duration::ZERO);
        assert_eq!(address.err(), Some(Error::TimedOut));
        provisioner.wait();
    });
    assert!(device.refused() > refused, "a refusal is reported");
    device.without_waiting(true, || {
        assert_eq!(provisioner.start(security(), NAME, None), Err(Error::WouldBlock));
        assert_eq!(provisioner.forget_credentials(), Err(Error::WouldBlock));
        assert_eq!(provisioner.reset_after_failure(), Err(Error::WouldBlock));
        assert_eq!(provisioner.network_state(), Err(Error::WouldBlock));
        assert_eq!(provisioner.set_app_info(c"a", c"1", &[]), Err(Error::WouldBlock));
        assert!(provisioner.is_idle(), "what was known last");
    });
    // Nothing of it was begun.
    assert_eq!(provisioner.start(security(), NAME, None), Ok(()));
    Phone::connected(&device, "abcd1234");
}
