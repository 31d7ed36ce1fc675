//! What the owner decides once.

use protocomm::Millis;
use protocomm::limiter::Policy;

/// The protocol's endpoints.
pub mod endpoints {
    /// An endpoint's name, and its number in a Bluetooth characteristic's UUID.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Builtin {
        /// The name.
        pub name: &'static str,
        /// The 16-bit number.
        pub uuid16: u16,
    }

    /// Reset and re-provisioning.
    pub const CTRL: Builtin = Builtin { name: "prov-ctrl", uuid16: 0xff4f };
    /// Which networks there are.
    pub const SCAN: Builtin = Builtin { name: "prov-scan", uuid16: 0xff50 };
    /// The handshake.
    pub const SESSION: Builtin = Builtin { name: "prov-session", uuid16: 0xff51 };
    /// Credentials and status.
    pub const CONFIG: Builtin = Builtin { name: "prov-config", uuid16: 0xff52 };
    /// Version and capabilities, before any handshake.
    pub const VERSION: Builtin = Builtin { name: "proto-ver", uuid16: 0xff53 };
    /// The number of the application's first endpoint; the next ones count up.
    pub const CUSTOM_UUID16: u16 = 0xff54;

    // A manager adds them in this order, so that an endpoint's place tells its number.
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
    /// How often a connection is tried before the credentials have failed; 0 is 1.
    pub wifi_conn_attempts: u32,
    /// From the client's "apply" to the first attempt: the answer must leave before a radio
    /// changes its channel.
    pub connect_delay: Millis,
    /// One attempt, address included.
    pub attempt_timeout: Millis,
    /// Between two attempts.
    pub retry_delay: Millis,
    /// How often each stored network is tried before [`connect`](crate::Manager::connect) has
    /// failed; 0 is 1.
    pub stored_rounds: u32,
    /// After the first round through the stored networks; each later pause is twice as long.
    pub round_pause: Millis,
    /// The longest pause between two rounds.
    pub round_pause_max: Millis,
    /// From the last request of a client, or the start of the service, until the service of
    /// [`connect_or_provision`](crate::Manager::connect_or_provision) stops and the stored
    /// networks are tried again. Zero is never.
    pub retry_stored: Millis,
    /// From the last request of an established session to its end, unless a response is due. A
    /// transport without connections, as HTTP and the console are, cannot tell that a client has
    /// left. Zero is never.
    pub session_timeout: Millis,
    /// For Thread: a new dataset has worked once another device of its network was found. If false,
    /// a device that finds none and becomes the leader of a network of its own has succeeded too.
    /// Stored datasets are not subject to it: after a power cut, any router may be the first.
    pub must_find_others: bool,
    /// Restore a link that is lost after the device was online; see
    /// [`set_stay_online`](crate::Manager::set_stay_online).
    pub stay_online: bool,
    /// How long a client that asked to wait for a scan is kept waiting. Clients give up after
    /// 15 s and more.
    pub scan_wait: Millis,
    /// Scan as soon as a client is in session, and for how long what that found answers the
    /// client's own scan. For transports that a client who waits for a scan holds up; none is to
    /// scan when a client asks.
    pub scan_ahead: Option<Millis>,
    /// After which a scan that has not ended is given up.
    pub scan_timeout: Millis,
    /// From success to the end of the service, if no client reads of the success.
    pub auto_stop_timeout: Millis,
    /// From the last answer to the end of the service, so that the answer arrives.
    pub cleanup_delay: Millis,
    /// The limit on guessing the proof of possession.
    pub limiter: Policy,
}

impl Config {
    /// The same for a device for Thread, whose one attempt has 20 s, and whose stored network is
    /// tried again after a minute: a border router may take minutes to boot.
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
