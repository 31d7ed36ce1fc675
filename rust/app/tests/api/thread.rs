//! Provisioning for Thread, with the functions that serve both types of network.

use std::time::Duration;

use netprov_app::{Error, Event, FailReason, NetworkState};
use netprov_host::Device;

use crate::{Events, NAME, security};

/// Longer than an attempt, and than the service keeps running after a success.
const A_WHILE: Duration = Duration::from_secs(60);

/// A complete dataset of a network with this extended PAN ID.
fn dataset(ext_pan_id: u8) -> Vec<u8> {
    let parts: [(u8, &[u8]); 10] = [
        (14, &[0, 0, 0, 0, 0, 1, 0, 0]),
        (0, &[0, 0, 15]),
        (53, &[0, 4, 0, 0x1f, 0xff, 0xe0]),
        (2, &[ext_pan_id; 8]),
        (7, &[0xfd, 1, 2, 3, 4, 5, 6, 7]),
        (5, &[9; 16]),
        (3, b"Mesh"),
        (1, &[0x12, 0x34]),
        (4, &[8; 16]),
        (12, &[2, 0xa0, 0xf7, 0xf8]),
    ];
    parts.iter().flat_map(|(kind, value)| [&[*kind, value.len() as u8], *value].concat()).collect()
}

#[test]
fn a_dataset_is_tried_and_stored() {
    let device = Device::new();
    device.add_thread_network(&dataset(1));
    let (builder, events) = Events::builder();
    let provisioner = builder.stays_until_stopped(Duration::ZERO).init().unwrap();
    assert!(!provisioner.is_provisioned());
    assert_eq!(provisioner.connect(), Err(Error::NotFound));
    assert_eq!(provisioner.configure_thread(&dataset(1)), Err(Error::NotPermitted));
    provisioner.start(security(), NAME, None).unwrap();
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
    provisioner.configure_thread(&dataset(1)).unwrap();
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connecting));
    assert_eq!(provisioner.configure_thread(&dataset(2)), Err(Error::NotPermitted));
    device.let_time_pass();
    provisioner.wait();
    assert_eq!(
        events.take(),
        [Event::Start, Event::CredentialsReceived, Event::Attempt(1), Event::CredentialsWorked]
    );
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connected));
    assert_eq!(provisioner.fail_reason(), None);
    assert_eq!(device.stored(), Some(dataset(1)));

    device.add_thread_network(&dataset(2));
    provisioner.reprovision().unwrap();
    assert_eq!(events.take(), [Event::Start]);
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
    provisioner.configure_thread(&dataset(2)).unwrap();
    provisioner.wait();
    assert_eq!(device.stored(), Some(dataset(2)));
    provisioner.stop();

    assert!(provisioner.is_provisioned());
    assert_eq!(provisioner.connect(), Ok(()));
    provisioner.forget_credentials().unwrap();
    assert!(!provisioner.is_provisioned());
    assert_ne!(provisioner.network_state(), Ok(NetworkState::Connected));
    assert_eq!(provisioner.connect(), Err(Error::NotFound));
}

#[test]
fn failed_datasets_have_a_reason() {
    let device = Device::new();
    device.add_thread_network(&dataset(1));
    let (builder, events) = Events::builder();
    let provisioner = builder.init().unwrap();
    provisioner.start(security(), NAME, None).unwrap();
    let last_is = |reason| {
        device.advance(2 * A_WHILE);
        let events = events.take();
        assert_eq!(events.last(), Some(&Event::CredentialsFailed(reason)), "{events:?}");
        assert_eq!(provisioner.network_state(), Ok(NetworkState::Disconnected));
    };
    // Without its network key.
    let incomplete = &dataset(1)[..40];
    assert_eq!(provisioner.configure_thread(incomplete), Err(Error::Invalid));
    last_is(FailReason::DatasetInvalid);
    assert_eq!(provisioner.fail_reason(), Some(FailReason::DatasetInvalid));

    provisioner.reset_after_failure().unwrap();
    provisioner.configure_thread(&dataset(2)).unwrap();
    last_is(FailReason::NetworkNotFound);
    assert_eq!(provisioner.fail_reason(), Some(FailReason::NetworkNotFound));

    provisioner.reset_after_failure().unwrap();
    device.break_store(true);
    provisioner.configure_thread(&dataset(1)).unwrap();
    last_is(FailReason::Storage);
    assert!(provisioner.fail_reason().is_some());
    assert_eq!(device.stored(), None);
}
