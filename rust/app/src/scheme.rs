use core::ffi::CStr;
use core::fmt;

#[cfg(CONFIG_NETWORK_PROV_BLE)]
use crate::error::{Result, check};

/// A transport. There are those that Kconfig has built in.
///
/// ```no_run
/// use netprov_app::{Provisioner, Scheme};
///
/// let builder = Provisioner::builder(Scheme::console());
/// ```
#[derive(Clone, Copy)]
pub struct Scheme(pub(crate) netprov_ffi::Scheme);

impl Scheme {
    /// The one that is built in; of several Bluetooth LE, else the access point.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::built_in());
    /// ```
    #[cfg(any(CONFIG_NETWORK_PROV_BLE, CONFIG_NETWORK_PROV_CONSOLE, CONFIG_NETWORK_PROV_SOFTAP))]
    #[must_use]
    pub fn built_in() -> Self {
        #[cfg(CONFIG_NETWORK_PROV_BLE)]
        return Self::ble();
        #[cfg(all(CONFIG_NETWORK_PROV_SOFTAP, not(CONFIG_NETWORK_PROV_BLE)))]
        return Self::softap();
        #[cfg(not(any(CONFIG_NETWORK_PROV_BLE, CONFIG_NETWORK_PROV_SOFTAP)))]
        Self::console()
    }

    /// Bluetooth LE. There with `CONFIG_NETWORK_PROV_BLE`.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::ble());
    /// ```
    #[cfg(CONFIG_NETWORK_PROV_BLE)]
    #[must_use]
    pub fn ble() -> Self {
        Self(netprov_ffi::Scheme::ble())
    }

    /// The console: for development, and over a cable. There with `CONFIG_NETWORK_PROV_CONSOLE`.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::console());
    /// ```
    #[cfg(CONFIG_NETWORK_PROV_CONSOLE)]
    #[must_use]
    pub fn console() -> Self {
        Self(netprov_ffi::Scheme::console())
    }

    /// HTTP on an access point of the device. There with `CONFIG_NETWORK_PROV_SOFTAP`.
    ///
    /// ```no_run
    /// let builder = netprov_app::Provisioner::builder(netprov_app::Scheme::softap());
    /// ```
    #[cfg(CONFIG_NETWORK_PROV_SOFTAP)]
    #[must_use]
    pub fn softap() -> Self {
        Self(netprov_ffi::Scheme::softap())
    }
}

/// How Bluetooth LE is to advertise, from the next start on.
///
/// ```no_run
/// # fn main() -> netprov_app::Result<()> {
/// use netprov_app::Ble;
///
/// // A company's number, least significant byte first, and two bytes of its own.
/// Ble::set_manufacturer_data(&[0xe5, 0x02, 1, 2])?;
/// # Ok(())
/// # }
/// ```
#[cfg(CONFIG_NETWORK_PROV_BLE)]
#[derive(Debug)]
pub enum Ble {}

#[cfg(CONFIG_NETWORK_PROV_BLE)]
impl Ble {
    /// The service's UUID, least significant byte first. Bytes 12 and 13 are the endpoint's number
    /// in the UUIDs of the characteristics.
    ///
    /// # Errors
    ///
    /// None today.
    ///
    /// ```no_run
    /// # netprov_app::Ble::set_service_uuid(&[7; 16]).unwrap();
    /// ```
    pub fn set_service_uuid(uuid: &[u8; 16]) -> Result<()> {
        check(netprov_ffi::ble::set_service_uuid(uuid))
    }

    /// The manufacturer data of the scan response: up to 29 bytes, of which there is room for 31
    /// with the name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for more.
    ///
    /// ```no_run
    /// # netprov_app::Ble::set_manufacturer_data(&[0xe5, 0x02]).unwrap();
    /// ```
    pub fn set_manufacturer_data(data: &[u8]) -> Result<()> {
        check(netprov_ffi::ble::set_manufacturer_data(data))
    }

    /// The static random address to advertise with, least significant byte first.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if its two highest bits are not 1.
    ///
    /// ```no_run
    /// # netprov_app::Ble::set_random_address(&[1, 2, 3, 4, 5, 0xc6]).unwrap();
    /// ```
    pub fn set_random_address(address: &[u8; 6]) -> Result<()> {
        check(netprov_ffi::ble::set_random_address(address))
    }
}

/// How a client proves itself, and how messages are protected. What it holds is copied, and wiped
/// when the service has ended.
///
/// ```
/// use netprov_app::Security;
///
/// static SALT: [u8; 16] = [7; 16];
/// static VERIFIER: [u8; 384] = [9; 384];
///
/// let security = Security::Two { salt: &SALT, verifier: &VERIFIER };
/// // A log tells nobody anything.
/// assert_eq!(format!("{security:?}"), "Two(..)");
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Security<'a> {
    /// Security 0, none: everybody in range reads and changes everything. For development, with
    /// `CONFIG_NETWORK_PROV_SECURITY_0`.
    Zero,
    /// Security 1: X25519 and AES-256-CTR, with a proof of possession if there is one.
    One(Option<&'a CStr>),
    /// Security 2: SRP-6a and AES-256-GCM. The one to choose. The device knows no password, only
    /// what the host tool `netprov-cred` makes of it.
    Two {
        /// 1 to 64 bytes, the first of them not 0.
        salt: &'a [u8],
        /// Big-endian: 384 bytes, or less if it was written without leading zeros.
        verifier: &'a [u8],
    },
}

impl fmt::Debug for Security<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zero => "Zero",
            Self::One(_) => "One(..)",
            Self::Two { .. } => "Two(..)",
        })
    }
}

impl<'a> From<Security<'a>> for netprov_ffi::Security<'a> {
    fn from(security: Security<'a>) -> Self {
        match security {
            Security::Zero => Self::Zero,
            Security::One(proof) => Self::One(proof),
            Security::Two { salt, verifier } => Self::Two { salt, verifier },
        }
    }
}
