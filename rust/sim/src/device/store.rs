//! The credential store. Each write is atomic.

use provisioning::wifi::Credentials;

/// A store that survives power cuts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// In the order of writing.
    networks: Vec<Credentials>,
    /// Number of networks kept in addition to the newest.
    more: usize,
    writes: u32,
}

impl Store {
    /// Creates a store for a single network that holds these credentials.
    pub fn of(credentials: Credentials) -> Self {
        Self { networks: vec![credentials], more: 0, writes: 0 }
    }

    /// Creates a store that holds these networks and has room for more.
    pub fn of_all(networks: impl IntoIterator<Item = Credentials>) -> Self {
        Self { networks: networks.into_iter().collect(), more: 7, writes: 0 }
    }

    /// Returns the credentials stored last.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.networks.last()
    }

    /// Returns all stored networks, newest last.
    pub fn networks(&self) -> &[Credentials] {
        &self.networks
    }

    /// Returns the SSID of the network stored last.
    pub fn network(&self) -> Option<&[u8]> {
        self.credentials().map(|credentials| credentials.ssid.as_bytes())
    }

    /// Returns the number of writes, including failed ones.
    pub fn writes(&self) -> u32 {
        self.writes
    }

    /// Erases everything.
    pub fn erase(&mut self) {
        self.networks.clear();
    }

    /// Writes credentials, or fails without changing anything. Returns the number of stored
    /// networks on success.
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
