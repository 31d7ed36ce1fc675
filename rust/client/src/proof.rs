//! Secrets of a device, and the choice of a security scheme.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::{Error, Version};

/// Default user names of the phone apps.
const USERNAME_WIFI: &str = "wifiprov";
const USERNAME_THREAD: &str = "threadprov";

/// Bytes that are not printed by `Debug` and are wiped on drop.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Returns the bytes. Do not log or store them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns whether the secret is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<Vec<u8>>> From<T> for Secret {
    fn from(bytes: T) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How a client authenticates to a device, usually printed on the device's label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// No secret.
    #[default]
    None,
    /// A proof of possession, or a security 2 password without a user name.
    Pop(Secret),
    /// A user name and a password for security 2.
    Account {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// A security scheme with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Security 0: no authentication, no encryption.
    Security0,
    /// Security 1: X25519, proof of possession, AES-256-CTR.
    Security1 {
        /// The proof of possession; empty if the device has none.
        pop: Secret,
    },
    /// Security 2: SRP-6a, AES-256-GCM.
    Security2 {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
        /// Whether each message uses its own nonce (`sec_patch_ver` 1).
        nonce_counter: bool,
    },
}

impl Scheme {
    /// Chooses the scheme for a device with this version information, authenticating with `proof`.
    ///
    /// `required` selects a security version. Without it, the device's version is used if `proof`
    /// suits it. The device's version information is not authenticated, so a fake device could
    /// announce a weaker scheme. Security 0 must therefore be required explicitly, and a proof with
    /// a user name is accepted for security 2 only.
    pub fn choose(version: &Version, proof: &Proof, required: Option<u32>) -> Result<Self, Error> {
        let offered = version.security();
        if offered > 2 {
            return Err(Error::UnknownSecurity(offered));
        }
        if let Some(required) = required.filter(|required| *required != offered) {
            return Err(Error::SecurityMismatch { offered, required });
        }
        match (offered, proof) {
            (0, _) if required.is_none() => Err(Error::Unprotected),
            (0, _) => Ok(Self::Security0),
            (1, Proof::Account { .. }) => Err(Error::SecurityMismatch { offered, required: 2 }),
            (1, Proof::Pop(pop)) => Ok(Self::Security1 { pop: pop.clone() }),
            (1, Proof::None) if version.has("no_pop") => {
                Ok(Self::Security1 { pop: Secret::default() })
            }
            (2, Proof::Account { username, password }) => Ok(Self::Security2 {
                username: username.clone(),
                password: password.clone(),
                nonce_counter: version.sec_patch_ver == 1,
            }),
            (2, Proof::Pop(password)) => Ok(Self::Security2 {
                username: Self::default_username(version).into(),
                password: password.clone(),
                nonce_counter: version.sec_patch_ver == 1,
            }),
            (security, _) => Err(Error::ProofMissing { security }),
        }
    }

    /// Returns the default user name for the device's network type.
    pub fn default_username(version: &Version) -> &'static str {
        if version.is_for_thread() { USERNAME_THREAD } else { USERNAME_WIFI }
    }

    /// Returns the number of the security version.
    pub fn number(&self) -> u32 {
        match self {
            Self::Security0 => 0,
            Self::Security1 { .. } => 1,
            Self::Security2 { .. } => 2,
        }
    }
}
