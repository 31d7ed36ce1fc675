//! Every limit of this crate, in one place. Some are settings at build time: see
//! [`protocomm::limits`].

use protocomm::Millis;
use protocomm::limits::setting;

/// Number of networks that a scan keeps; the strongest ones (`NETPROV_SCAN_MAX_ENTRIES`, 1 to 255).
pub const SCAN_MAX_ENTRIES: usize = setting(option_env!("NETPROV_SCAN_MAX_ENTRIES"), 16, 1, 255);

/// Size of all application entries in the version text, in bytes (`NETPROV_APP_INFO_MAX`, 64 to
/// 384). With the protocol's own entry, the text stays below the 512 bytes that Bluetooth carries.
pub const APP_INFO_MAX: usize = setting(option_env!("NETPROV_APP_INFO_MAX"), 320, 64, 384);

/// Longest request to the configuration, scan and control endpoints in bytes. The longest that
/// clients send contains a Thread dataset and has 261 bytes.
pub const REQUEST_MAX: usize = 1024;

/// Most outputs that one method call can add.
pub const OUTPUTS_MAX: usize = 12;

/// Signal strength in dBm below which a weak signal alone may explain a failed attempt.
pub const WEAK_RSSI: i8 = -80;

/// Time after which a network stack that searches for the stored network beside the service starts
/// its search again. OpenThread doubles the pause between two searches, up to 20 minutes; in this
/// time, its pauses reach half a minute.
pub const STACK_SEARCH: Millis = Millis::from_secs(90);

/// Longest SSID in bytes.
pub const SSID_MAX: usize = 32;

/// Longest passphrase in bytes. A passphrase of exactly this length is a raw key in hexadecimal.
pub const PASSPHRASE_MAX: usize = 64;

/// Longest Thread dataset in bytes.
pub const DATASET_MAX: usize = 254;
