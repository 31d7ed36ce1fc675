//! What a client knows of a device, and the security scheme that follows.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::{Error, Version};

/// The user names that the phone apps take for devices that ask for one.
const USERNAME_WIFI: &str = "wifiprov";
const USERNAME_THREAD: &str = "threadprov";

/// Bytes that are not printed, and are wiped when dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The bytes. Take care where they go.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether there are none.
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

/// What a client knows of a device: the label's secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    #[default]
    None,
    /// A proof of possession, or a password without its user name, as a label may show it.
    Pop(Secret),
    /// A user name and a password, for security 2.
    Account {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// A security scheme with what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Security 0: no proof, no encryption.
    Security0,
    /// Security 1: X25519, a proof of possession, AES-256-CTR.
    Security1 {
        /// The proof of possession; empty for a device without one.
        pop: Secret,
    },
    /// Security 2: SRP-6a, AES-256-GCM.
    Security2 {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
        /// Whether each message has a nonce of its own (`sec_patch_ver` 1).
        counts: bool,
    },
}

impl Scheme {
    /// Chooses the scheme for a device that says `version` and of which `proof` is known.
    ///
    /// `demanded` is the one scheme to take; without it the device's is taken, as long as the
    /// proof is for it. The device's word is not authenticated, so a false device could ask for a
    /// weaker scheme: security 0 must therefore be demanded, and a user name is for security 2 only.
    pub fn choose(version: &Version, proof: &Proof, demanded: Option<u32>) -> Result<Self, Error> {
        let offered = version.security();
        if offered > 2 {
            return Err(Error::UnknownSecurity(offered));
        }
        if let Some(demanded) = demanded.filter(|demanded| *demanded != offered) {
            return Err(Error::OtherSecurity { offered, demanded });
        }
        match (offered, proof) {
            (0, _) if demanded.is_none() => Err(Error::Unprotected),
            (0, _) => Ok(Self::Security0),
            (1, Proof::Account { .. }) => Err(Error::OtherSecurity { offered, demanded: 2 }),
            (1, Proof::Pop(pop)) => Ok(Self::Security1 { pop: pop.clone() }),
            (1, Proof::None) if version.has("no_pop") => {
                Ok(Self::Security1 { pop: Secret::default() })
            }
            (2, Proof::Account { username, password }) => Ok(Self::Security2 {
                username: username.clone(),
                password: password.clone(),
                counts: version.sec_patch_ver == 1,
            }),
            (2, Proof::Pop(password)) => Ok(Self::Security2 {
                username: Self::usual_username(version).into(),
                password: password.clone(),
                counts: version.sec_patch_ver == 1,
            }),
            (security, _) => Err(Error::ProofMissing { security }),
        }
    }

    /// The user name that clients take unless told otherwise.
    pub fn usual_username(version: &Version) -> &'static str {
        if version.is_for_thread() { USERNAME_THREAD } else { USERNAME_WIFI }
    }

    /// The scheme's number.
    pub fn number(&self) -> u32 {
        match self {
            Self::Security0 => 0,
            Self::Security1 { .. } => 1,
            Self::Security2 { .. } => 2,
        }
    }
}
