//! The store: one set of credentials that is written all or nothing.

use provisioning::wifi::Credentials;

/// What outlives the device's power.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    credentials: Option<Credentials>,
    writes: u32,
}

impl Store {
    /// A store that holds credentials already.
    pub fn of(credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), writes: 0 }
    }

    /// What is stored.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// The name of the network that is stored.
    pub fn network(&self) -> Option<&[u8]> {
        self.credentials().map(|credentials| credentials.ssid.as_bytes())
    }

    /// How often it was written to, failures included.
    pub fn writes(&self) -> u32 {
        self.writes
    }

    /// Writes, or fails and leaves what was there. Tells whether it wrote.
    pub(super) fn write(&mut self, credentials: Credentials, fail_at: Option<u32>) -> bool {
        self.writes += 1;
        let works = fail_at != Some(self.writes);
        if works {
            self.credentials = Some(credentials);
        }
        works
    }
}
