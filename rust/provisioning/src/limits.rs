//! Every limit of this crate, in one place. Some are settings at build time: see
//! [`protocomm::limits`].

use protocomm::limits::setting;

/// Networks that a scan keeps, the strongest (`NETPROV_SCAN_MAX_ENTRIES`, 1 to 255).
pub const SCAN_MAX_ENTRIES: usize = setting(option_env!("NETPROV_SCAN_MAX_ENTRIES"), 16, 1, 255);

/// All of the application's entries in the version text together, in bytes
/// (`NETPROV_APP_INFO_MAX`, 64 to 384). With the protocol's own entry the text stays below the
/// 512 bytes that Bluetooth carries.
pub const APP_INFO_MAX: usize = setting(option_env!("NETPROV_APP_INFO_MAX"), 320, 64, 384);

/// Longest request to the configuration, scan and control endpoints in bytes. The longest that a
/// client sends is a Thread dataset: 261 bytes.
pub const REQUEST_MAX: usize = 1024;

/// Outputs that one method call leaves behind at most.
pub const OUTPUTS_MAX: usize = 12;

/// Weakest signal of an access point, in dBm, that a join does not fail for by itself.
pub const WEAK_RSSI: i8 = -80;

/// Longest SSID in bytes.
pub const SSID_MAX: usize = 32;

/// Longest passphrase in bytes; one of exactly this length is a raw key in hexadecimal.
pub const PASSPHRASE_MAX: usize = 64;

/// Longest Thread dataset in bytes.
pub const DATASET_MAX: usize = 254;
