//! Endpoints: their names, and the class of message that each accepts.

use heapless::{String, Vec};

use crate::error::EndpointError;
use crate::limits::{CUSTOM_ENDPOINTS_MAX, ENDPOINT_NAME_MAX};

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

/// An endpoint of the protocol: its name, and the class of message that it accepts.
pub type Builtin = (&'static str, EndpointClass);

/// An endpoint's index in its [`EndpointTable`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EndpointId(u8);

impl EndpointId {
    /// The endpoint with this index, from 0.
    pub const fn new(index: u8) -> Self {
        Self(index)
    }

    /// The index, from 0.
    pub fn index(self) -> usize {
        self.0.into()
    }
}

/// The endpoints of a service: those of the protocol, then those of the application.
#[derive(Clone, Debug)]
pub struct EndpointTable {
    builtin: &'static [Builtin],
    custom: Vec<String<ENDPOINT_NAME_MAX, u8>, CUSTOM_ENDPOINTS_MAX>,
}

impl EndpointTable {
    /// The endpoints of the protocol, of which there are fewer than 128.
    pub const fn new(builtin: &'static [Builtin]) -> Self {
        Self { builtin, custom: Vec::new() }
    }

    /// Adds an endpoint of the application. The name has 1 to [`ENDPOINT_NAME_MAX`] characters that
    /// every transport can carry: printable ASCII except space, `?`, `#`, `%`, `"` and `\`. A `/`
    /// separates parts, as in `esp_local_ctrl/control`. No part may be empty, `.` or `..`, because
    /// HTTP clients remove such parts from a path.
    pub fn add(&mut self, name: &str) -> Result<EndpointId, EndpointError> {
        let carried = |b: u8| b.is_ascii_graphic() && !b"?#%\"\\".contains(&b);
        let kept = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
        if !name.bytes().all(carried) || !name.as_bytes().split(|&b| b == b'/').all(kept) {
            return Err(EndpointError::BadName);
        }
        if self.find(name).is_some() {
            return Err(EndpointError::Exists);
        }
        let index = self.builtin.len().saturating_add(self.custom.len());
        let name = String::try_from(name).map_err(|_| EndpointError::BadName)?;
        self.custom.push(name).map_err(|_| EndpointError::Full)?;
        // The table is far smaller than 256 entries: limits.rs.
        Ok(EndpointId(index as u8))
    }

    /// Finds an endpoint by its name.
    pub fn find(&self, name: &str) -> Option<(EndpointId, EndpointClass)> {
        self.iter().find(|(_, other, _)| *other == name).map(|(id, _, class)| (id, class))
    }

    /// The name and the class of an endpoint.
    pub fn get(&self, id: EndpointId) -> Option<(&str, EndpointClass)> {
        match id.index().checked_sub(self.builtin.len()) {
            None => self.builtin.get(id.index()).copied(),
            Some(custom) => Some((self.custom.get(custom)?, EndpointClass::Request)),
        }
    }

    /// All endpoints, in the order of their indices.
    pub fn iter(&self) -> impl Iterator<Item = (EndpointId, &str, EndpointClass)> {
        (0..u8::MAX).map(EndpointId).map_while(|id| {
            let (name, class) = self.get(id)?;
            Some((id, name, class))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILTIN: [Builtin; 2] =
        [("proto-ver", EndpointClass::Version), ("prov-ctrl", EndpointClass::Request)];

    #[test]
    fn names_are_checked() {
        let mut table = EndpointTable::new(&BUILTIN);
        let mut add = |name: &str| table.add(name);
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
    fn names_are_unique_and_found() {
        use EndpointClass::{Request, Version};

        let mut table = EndpointTable::new(&BUILTIN);
        let a = table.add("a").unwrap();
        assert_eq!(table.add("a"), Err(EndpointError::Exists));
        assert_eq!(table.add("proto-ver"), Err(EndpointError::Exists));
        assert_eq!(a, EndpointId::new(2));
        assert_eq!(table.find("a"), Some((a, Request)));
        assert_eq!(table.find("proto-ver"), Some((EndpointId::new(0), Version)));
        assert_eq!(table.find("b"), None);
        assert_eq!(table.get(a), Some(("a", Request)));
        assert_eq!(table.get(EndpointId::new(3)), None);
        let names: alloc::vec::Vec<_> = table.iter().map(|(_, name, _)| name).collect();
        assert_eq!(names, ["proto-ver", "prov-ctrl", "a"]);
    }

    #[test]
    fn a_full_table_is_reported() {
        let mut table = EndpointTable::new(&BUILTIN);
        for n in 0..CUSTOM_ENDPOINTS_MAX {
            table.add(&alloc::format!("e{n}")).unwrap();
        }
        assert_eq!(table.add("more"), Err(EndpointError::Full));
    }
}
