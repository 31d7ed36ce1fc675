//! The settings of a manager.

use protocomm::Millis;
use protocomm::limiter::Policy;

/// The protocol's endpoints.
pub mod endpoints {
    use protocomm::endpoint;
    use protocomm::{EndpointClass, EndpointId};

    /// An endpoint's name, and its number in a Bluetooth characteristic's UUID.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Builtin {
        /// The name.
        pub name: &'static str,
        /// The 16-bit number.
        pub uuid16: u16,
    }

    impl Builtin {
        /// The endpoint's index.
        pub const fn id(self) -> EndpointId {
            EndpointId::new(self.uuid16.wrapping_sub(CTRL.uuid16) as u8)
        }
    }

    /// Reset and re-provisioning.
    pub const CTRL: Builtin = Builtin { name: "prov-ctrl", uuid16: 0xff4f };
    /// Scans.
    pub const SCAN: Builtin = Builtin { name: "prov-scan", uuid16: 0xff50 };
    /// The handshake.
    pub const SESSION: Builtin = Builtin { name: "prov-session", uuid16: 0xff51 };
    /// Credentials and status.
    pub const CONFIG: Builtin = Builtin { name: "prov-config", uuid16: 0xff52 };
    /// Version and capabilities, before any handshake.
    pub const VERSION: Builtin = Builtin { name: "proto-ver", uuid16: 0xff53 };
    /// The number of the application's first endpoint. Further endpoints count up.
    pub const CUSTOM_UUID16: u16 = 0xff54;

    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [endpoint::Builtin; 5] = [
        (CTRL.name, EndpointClass::Request),
        (SCAN.name, EndpointClass::Request),
        (SESSION.name, EndpointClass::Security),
        (CONFIG.name, EndpointClass::Request),
        (VERSION.name, EndpointClass::Version),
    ];

    const _: () = {
        let first = CTRL.uuid16;
        assert!(SCAN.uuid16 == first + 1 && SESSION.uuid16 == first + 2);
        assert!(CONFIG.uuid16 == first + 3 && VERSION.uuid16 == first + 4);
        assert!(CUSTOM_UUID16 == first + 5);
    };
}

/// How a [`Manager`](crate::Manager) behaves. The defaults are what clients expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Number of connection attempts with new credentials. 0 means 1.
    pub wifi_conn_attempts: u32,
    /// Delay between the client's "apply" and the first attempt. The response must leave before the
    /// radio changes its channel.
    pub connect_delay: Millis,
    /// Time for one attempt, including the address.
    pub attempt_timeout: Millis,
    /// Pause between two attempts.
    pub retry_delay: Millis,
    /// Number of attempts with each stored network before [`connect`](crate::Manager::connect)
    /// fails. 0 means 1.
    pub stored_rounds: u32,
    /// Pause after the first round through the stored networks. Each later pause is twice as long.
    pub round_pause: Millis,
    /// Longest pause between two rounds.
    pub round_pause_max: Millis,
    /// Time without a request, counted from the last one or from the start of the service, after
    /// which the service of [`connect_or_provision`](crate::Manager::connect_or_provision) stops
    /// and the stored networks are tried again. Zero means never.
    pub retry_stored: Millis,
    /// Instead of that, try the stored networks while the service runs, until the device is online
    /// or a client establishes a session. They are tried again when that session is closed, or
    /// [`retry_stored`](Self::retry_stored) after its last request. For transports that leave the network's radio alone.
    /// Without effect in a build without the feature `retry-beside`.
    pub retry_beside: bool,
    /// Time without a request after which an established session ends, unless a response is due. A
    /// transport without connections, such as HTTP or the console, cannot tell that a client has
    /// left. Zero means never.
    pub session_timeout: Millis,
    /// For Thread: a new dataset has worked only when another device of its network was found. If
    /// false, a device that finds none and becomes the leader of its own network has succeeded,
    /// too. Stored datasets are exempt: after a power cut, any router may be the first.
    pub must_find_others: bool,
    /// Restore a link that is lost after the device was online. See
    /// [`set_stay_online`](crate::Manager::set_stay_online).
    pub stay_online: bool,
    /// Longest time for which a client that waits for a scan gets no response. Clients give up
    /// after 15 s or more.
    pub scan_wait: Millis,
    /// Scan as soon as a client has a session; the value is how long the results may serve as the
    /// client's own scan. For transports that a waiting client would block. `None`: scan when a
    /// client asks.
    pub scan_ahead: Option<Millis>,
    /// Time after which an unfinished scan is abandoned.
    pub scan_timeout: Millis,
    /// Time from success to the end of the service if no client reads the success.
    pub auto_stop_timeout: Millis,
    /// Time from the last response to the end of the service, so that the response arrives.
    pub cleanup_delay: Millis,
    /// The limit on guessing the proof of possession.
    pub limiter: Policy,
}

impl Config {
    /// The defaults for Thread: a single attempt of 20 s, and the stored network is tried again
    /// after a minute, because a border router may take minutes to boot.
    pub fn thread() -> Self {
        Self {
            attempt_timeout: Millis::from_secs(20),
            retry_stored: Millis::from_secs(60),
            ..Self::default()
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            wifi_conn_attempts: 1,
            connect_delay: Millis::from_millis(1000),
            attempt_timeout: Millis::from_secs(30),
            retry_delay: Millis::from_millis(250),
            stored_rounds: 4,
            round_pause: Millis::from_secs(1),
            round_pause_max: Millis::from_secs(60),
            retry_stored: Millis::from_secs(300),
            retry_beside: false,
            session_timeout: Millis::from_secs(15 * 60),
            must_find_others: true,
            stay_online: false,
            scan_wait: Millis::from_secs(8),
            scan_ahead: None,
            scan_timeout: Millis::from_secs(20),
            auto_stop_timeout: Millis::from_secs(30),
            cleanup_delay: Millis::from_millis(1000),
            limiter: Policy::default(),
        }
    }
}
