//! The store: sets of credentials, each written all or nothing.

use provisioning::wifi::Credentials;

/// What outlives the device's power.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// In the order in which they were written.
    networks: Vec<Credentials>,
    /// Networks beside the newest that are kept.
    more: usize,
    writes: u32,
}

impl Store {
    /// A store for one network that holds credentials already.
    pub fn of(credentials: Credentials) -> Self {
        Self { networks: vec![credentials], more: 0, writes: 0 }
    }

    /// A store that holds these networks, and has room for more.
    pub fn of_all(networks: impl IntoIterator<Item = Credentials>) -> Self {
        Self { networks: networks.into_iter().collect(), more: 7, writes: 0 }
    }

    /// What was stored last.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.networks.last()
    }

    /// All that is stored, the newest last.
    pub fn networks(&self) -> &[Credentials] {
        &self.networks
    }

    /// The name of the network that was stored last.
    pub fn network(&self) -> Option<&[u8]> {
        self.credentials().map(|credentials| credentials.ssid.as_bytes())
    }

    /// How often it was written to, failures included.
    pub fn writes(&self) -> u32 {
        self.writes
    }

    /// Erases everything.
    pub fn erase(&mut self) {
        self.networks.clear();
    }

    /// Writes, or fails and leaves what was there. Returns how many networks are stored, if it
    /// wrote.
    pub(super) fn write(
        &mut self,
        credentials: Credentials,
        fail_at: Option<u32>,
    ) -> Option<usize> {
        self.writes += 1;
        if fail_at == Some(self.writes) {
            return None;
        }
        self.networks.retain(|stored| stored.ssid != credentials.ssid);
        if self.networks.len() > self.more {
            self.networks.remove(0);
        }
        self.networks.push(credentials);
        Some(self.networks.len())
    }
}
