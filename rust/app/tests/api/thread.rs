//! Provisioning for Thread, with the functions that serve both types of network.

use std::time::Duration;

use netprov_app::{Address, AddressKind, Error, Event, FailReason, Network, NetworkState};
use netprov_host::Device;

use crate::{Events, NAME, returns_when_the_stored_network_is_back, security};

/// Longer than an attempt, and than the service keeps running after a success.
const A_WHILE: Duration = Duration::from_secs(60);

/// A complete dataset of a network with this extended PAN ID.
pub fn dataset(ext_pan_id: u8) -> Vec<u8> {
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
    provisioner.configure_thread(&dataset(2)).unwrap();
    assert_eq!(provisioner.network_state(), Ok(NetworkState::Connecting));
    // Until the first attempt, the application may replace the dataset.
    provisioner.configure_thread(&dataset(1)).unwrap();
    device.let_time_pass();
    provisioner.wait();
    let network = Network::new(b"Mesh");
    assert_eq!(
        events.take(),
        [
            Event::Start,
            Event::CredentialsReceived(network),
            Event::Attempt { number: 1, network },
            Event::CredentialsWorked(network)
        ]
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
    assert_eq!(provisioner.fail_reason(), Some(FailReason::Storage));
    assert_eq!(device.stored(), None);
}

#[test]
fn an_address_is_awaited_and_reported() {
    const MESH_LOCAL: [u8; 16] = [0xfd; 16];
    const OFF_MESH: [u8; 16] = [0x20; 16];

    let device = Device::new();
    device.add_thread_network(&dataset(1));
    let (builder, events) = Events::builder();
    let provisioner = builder.init().unwrap();
    let wait = |kind, seconds| {
        provisioner.wait_for_address(kind, Duration::from_secs(seconds)).map(|address| address.ip)
    };
    assert_eq!(wait(AddressKind::Ipv4, 0), Err(Error::Invalid));
    device.set_thread_addresses(Some(MESH_LOCAL), None);
    assert_eq!(wait(AddressKind::MeshLocal, 5), Err(Error::TimedOut), "it is not attached");

    provisioner.start(security(), NAME, None).unwrap();
    provisioner.configure_thread(&dataset(1)).unwrap();
    device.let_time_pass();
    provisioner.wait();
    assert_eq!(wait(AddressKind::MeshLocal, 0), Ok(MESH_LOCAL.into()));
    assert_eq!(wait(AddressKind::OffMesh, 60), Err(Error::TimedOut), "there is no border router");
    device.set_thread_addresses(Some(MESH_LOCAL), Some(OFF_MESH));
    assert_eq!(wait(AddressKind::OffMesh, 60), Ok(OFF_MESH.into()));

    let events = events.take();
    let told: Vec<Address> = events
        .iter()
        .filter_map(|event| match event {
            Event::Address(address) => Some(*address),
            _ => None,
        })
        .collect();
    let kinds: Vec<AddressKind> = told.iter().map(|address| address.kind).collect();
    assert_eq!(kinds, [AddressKind::MeshLocal, AddressKind::OffMesh]);
    let place = |wanted: fn(&Event) -> bool| events.iter().position(wanted);
    assert!(
        place(|event| matches!(event, Event::Address(_)))
            < place(|event| matches!(event, Event::CredentialsWorked(_))),
        "the address is reported first: {events:?}"
    );
}

#[test]
fn connect_or_provision_returns_when_the_stored_network_is_back() {
    let device = Device::new();
    device.store_dataset(&dataset(1));
    returns_when_the_stored_network_is_back(&device, || device.add_thread_network(&dataset(1)));
}
