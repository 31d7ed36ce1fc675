//! Endpoints: their names, and the class of message that each accepts.

use heapless::{String, Vec};

use crate::error::EndpointError;
use crate::limits::{ENDPOINT_NAME_MAX, ENDPOINTS_MAX};

/// The class of messages that an endpoint accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointClass {
    /// Responds with a fixed text to any message.
    Version,
    /// Runs the handshake.
    Security,
    /// Accepts requests of an established session.
    Request,
}

/// An endpoint's slot in its [`EndpointTable`]. It stays valid when other endpoints are removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EndpointId(u8);

impl EndpointId {
    /// The slot's number, from 0.
    pub fn index(self) -> usize {
        self.0.into()
    }
}

#[derive(Clone, Debug)]
struct Endpoint {
    name: String<ENDPOINT_NAME_MAX>,
    class: EndpointClass,
}

/// The endpoints of a service.
#[derive(Clone, Debug, Default)]
pub struct EndpointTable {
    entries: Vec<Option<Endpoint>, ENDPOINTS_MAX>,
}

impl EndpointTable {
    /// Adds an endpoint. The name has 1 to [`ENDPOINT_NAME_MAX`] characters that every transport
    /// can carry: printable ASCII except space, `?`, `#`, `%`, `"` and `\`. A `/` separates parts,
    /// as in `esp_local_ctrl/control`. No part may be empty, `.` or `..`, because HTTP clients
    /// remove such parts from a path.
    pub fn add(&mut self, name: &str, class: EndpointClass) -> Result<EndpointId, EndpointError> {
        let carried = |b: u8| b.is_ascii_graphic() && !b"?#%\"\\".contains(&b);
        let kept = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
        if !name.bytes().all(carried) || !name.as_bytes().split(|&b| b == b'/').all(kept) {
            return Err(EndpointError::BadName);
        }
        if self.find(name).is_some() {
            return Err(EndpointError::Exists);
        }
        let name = String::try_from(name).map_err(|_| EndpointError::BadName)?;
        let endpoint = Some(Endpoint { name, class });
        let free = self.entries.iter().position(Option::is_none);
        let index = free.unwrap_or(self.entries.len());
        match self.entries.get_mut(index) {
            Some(entry) => *entry = endpoint,
            None => self.entries.push(endpoint).map_err(|_| EndpointError::Full)?,
        }
        // The table is far smaller than 256 entries: limits.rs.
        Ok(EndpointId(index as u8))
    }

    /// Removes an endpoint. Does nothing if it does not exist.
    pub fn remove(&mut self, id: EndpointId) {
        if let Some(entry) = self.entries.get_mut(id.index()) {
            *entry = None;
        }
    }

    /// Finds an endpoint by its name.
    pub fn find(&self, name: &str) -> Option<(EndpointId, EndpointClass)> {
        self.iter().find(|(_, other, _)| *other == name).map(|(id, _, class)| (id, class))
    }

    /// The name of an endpoint.
    pub fn name(&self, id: EndpointId) -> Option<&str> {
        self.entries.get(id.index())?.as_ref().map(|endpoint| endpoint.name.as_str())
    }

    /// All endpoints, in the order of their slots.
    pub fn iter(&self) -> impl Iterator<Item = (EndpointId, &str, EndpointClass)> {
        self.entries.iter().enumerate().filter_map(|(index, entry)| {
            let endpoint = entry.as_ref()?;
            Some((EndpointId(index as u8), endpoint.name.as_str(), endpoint.class))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::CUSTOM_ENDPOINTS_MAX;

    #[test]
    fn names_are_checked() {
        let mut table = EndpointTable::default();
        let mut add = |name: &str| table.add(name, EndpointClass::Request);
        for bad in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            "a/../b",
            ".",
            "two words",
            "a?b",
            "a%62",
            "a\"b",
            "caf\u{e9}",
            "a\0",
        ] {
            assert_eq!(add(bad), Err(EndpointError::BadName), "{bad:?}");
        }
        for good in ["cloud_user_assoc", "esp_local_ctrl/control", "a.b", "..."] {
            assert!(add(good).is_ok(), "{good}");
        }
        // Ported applications use names of 16 and more characters.
        let longest = "n".repeat(ENDPOINT_NAME_MAX);
        assert!(add(&longest).is_ok());
        assert_eq!(add(&(longest + "n")), Err(EndpointError::BadName));
    }

    #[test]
    fn names_are_unique_and_a_free_slot_is_reused() {
        let mut table = EndpointTable::default();
        let a = table.add("a", EndpointClass::Request).unwrap();
        let b = table.add("b", EndpointClass::Version).unwrap();
        assert_eq!(table.add("a", EndpointClass::Version), Err(EndpointError::Exists));
        table.remove(a);
        assert_eq!(table.find("a"), None);
        assert_eq!(table.name(b), Some("b"));
        assert_eq!(table.add("c", EndpointClass::Request), Ok(a));
    }

    #[test]
    fn a_full_table_is_reported() {
        let mut table = EndpointTable::default();
        for n in 0..5 + CUSTOM_ENDPOINTS_MAX {
            table.add(&alloc::format!("e{n}"), EndpointClass::Request).unwrap();
        }
        assert_eq!(table.add("more", EndpointClass::Request), Err(EndpointError::Full));
    }
}
