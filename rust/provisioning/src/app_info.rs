//! The version endpoint's response: the protocol's entry and those of the application.

use core::fmt::{self, Write};

use protocomm::security::Scheme;

use crate::error::Error;
use crate::json::{self, SliceWriter};
use crate::limits::APP_INFO_MAX;

/// The application's entries, as the text contains them: each with its label, without a comma.
#[derive(Clone)]
pub(crate) struct AppInfo {
    /// The entries in a row, each preceded by its length in [`PREFIX`] bytes.
    bytes: [u8; APP_INFO_MAX],
    length: usize,
}

/// Size of an entry's length in bytes.
const PREFIX: usize = 2;

impl Default for AppInfo {
    fn default() -> Self {
        Self { bytes: [0; APP_INFO_MAX], length: 0 }
    }
}

impl AppInfo {
    /// Sets the entry of this label.
    pub(crate) fn set(&mut self, label: &str, version: &str, caps: &[&str]) -> Result<(), Error> {
        // A second `prov` would hide the protocol's entry.
        if label.is_empty() || label == "prov" {
            return Err(Error::Argument);
        }
        let mut counter = SliceWriter::new(&mut []);
        write_entry(&mut counter, label, version, caps).map_err(|_| Error::Full)?;

        let (start, end) = self.find(label);
        let rest = self.length.saturating_sub(end);
        let moved = start.saturating_add(PREFIX).saturating_add(counter.length());
        let length = moved.saturating_add(rest);
        if length > APP_INFO_MAX {
            return Err(Error::Full);
        }
        self.move_rest(end, moved);
        self.length = length;
        let (prefix, text) = self
            .bytes
            .get_mut(start..moved)
            .and_then(|entry| entry.split_first_chunk_mut::<PREFIX>())
            .ok_or(Error::Full)?;
        *prefix = (text.len() as u16).to_le_bytes();
        write_entry(&mut SliceWriter::new(text), label, version, caps).map_err(|_| Error::Full)
    }

    /// Moves everything after an entry when the entry's end changes.
    fn move_rest(&mut self, from: usize, to: usize) {
        let count = self.length.saturating_sub(from);
        for n in 0..count {
            // Moves upwards from the last byte, so that no byte is overwritten before it is moved.
            let n = if to > from { count.saturating_sub(n).saturating_sub(1) } else { n };
            if let Some(&byte) = self.bytes.get(from.saturating_add(n))
                && let Some(place) = self.bytes.get_mut(to.saturating_add(n))
            {
                *place = byte;
            }
        }
    }

    /// Writes the whole text to `buffer`. Returns its length, or `None` if it does not fit.
    pub(crate) fn write_version(
        &self,
        buffer: &mut [u8],
        scheme: &Scheme,
        network: [&str; 2],
    ) -> Option<usize> {
        let mut out = SliceWriter::new(buffer);
        out.bytes(b"{");
        let mut start = 0;
        while let Some((entry, next)) = self.entry(start) {
            out.bytes(entry);
            out.bytes(b",");
            start = next;
        }
        out.bytes(br#""prov":{"ver":"netprov-v1.2","sec_ver":"#);
        out.bytes(json::digit(scheme.version()).as_bytes());
        out.bytes(br#","sec_patch_ver":"#);
        out.bytes(json::digit(scheme.patch_version()).as_bytes());
        out.bytes(br#","cap":[""#);
        // None of these strings has a character that JSON escapes.
        let [first, second] = network;
        if let Some(capability) = scheme.capability() {
            out.bytes(capability.as_bytes());
            out.bytes(br#"",""#);
        }
        out.bytes(first.as_bytes());
        out.bytes(br#"",""#);
        out.bytes(second.as_bytes());
        out.bytes(br#""]}}"#);
        out.finish()
    }

    /// The range of the entry with this label. If there is none, it is empty and at the end.
    fn find(&self, label: &str) -> (usize, usize) {
        let mut start = 0;
        while let Some((entry, next)) = self.entry(start) {
            if is_labelled(entry, label) {
                return (start, next);
            }
            start = next;
        }
        (self.length, self.length)
    }

    /// The entry that starts here, and the start of the next one.
    fn entry(&self, start: usize) -> Option<(&[u8], usize)> {
        let rest = self.bytes.get(start..self.length)?;
        let (prefix, rest) = rest.split_first_chunk::<PREFIX>()?;
        let entry = rest.get(..u16::from_le_bytes(*prefix).into())?;
        Some((entry, start.saturating_add(PREFIX).saturating_add(entry.len())))
    }
}

fn write_entry(out: &mut dyn Write, label: &str, version: &str, caps: &[&str]) -> fmt::Result {
    json::string(out, label)?;
    out.write_str(r#":{"ver":"#)?;
    json::string(out, version)?;
    out.write_str(r#","cap":"#)?;
    json::strings(out, &mut caps.iter().copied())?;
    out.write_char('}')
}

/// Whether an entry starts with this label and a colon.
fn is_labelled(entry: &[u8], label: &str) -> bool {
    let mut rest = Expected { rest: entry };
    json::string(&mut rest, label).is_ok() && rest.rest.starts_with(b":")
}

/// Compares what is written to it with the expected bytes. Fails at the first difference.
struct Expected<'a> {
    rest: &'a [u8],
}

impl Write for Expected<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.rest = self.rest.strip_prefix(text.as_bytes()).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use protocomm::security::{sec0::Sec0, sec1::Sec1};

    use super::*;

    const WIFI: [&str; 2] = ["wifi_prov", "wifi_scan"];

    fn text(info: &AppInfo, scheme: &Scheme, network: [&str; 2]) -> String {
        let mut buffer = [0; 512];
        let length = info.write_version(&mut buffer, scheme, network).expect("it fits");
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn the_text_without_application_matches_upstream() {
        let text = |scheme| text(&AppInfo::default(), &scheme, WIFI);
        assert_eq!(
            text(Scheme::Sec1(Sec1::new(b"abcd1234"))),
            r#"{"prov":{"ver":"netprov-v1.2","sec_ver":1,"sec_patch_ver":0,"cap":["wifi_prov","wifi_scan"]}}"#
        );
        // Clients ask for a proof of possession unless the text says that there is none.
        assert!(text(Scheme::Sec1(Sec1::new(b""))).contains(r#""cap":["no_pop","wifi_prov""#));
        assert!(
            text(Scheme::Sec0(Sec0)).contains(r#""sec_ver":0,"sec_patch_ver":0,"cap":["no_sec""#)
        );
    }

    #[test]
    fn labels_keep_their_order_and_are_escaped() {
        let mut info = AppInfo::default();
        info.set("my\"app", "1.0", &["a", "b\\"]).unwrap();
        info.set("other", "2", &[]).unwrap();
        info.set("my\"app", "1.1", &[]).unwrap();
        // A label that starts with another label is a different one.
        info.set("oth", "3", &["c"]).unwrap();
        info.set("other", "2.2222", &["d"]).unwrap();
        let text = text(&info, &Scheme::Sec0(Sec0), WIFI);
        assert!(text.starts_with(
            r#"{"my\"app":{"ver":"1.1","cap":[]},"other":{"ver":"2.2222","cap":["d"]},"oth":{"ver":"3","cap":["c"]},"prov""#
        ));
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }

    #[test]
    fn the_text_fits_bluetooth_whatever_the_application_says() {
        let mut info = AppInfo::default();
        let mut n = 0;
        while info.set(&alloc::format!("\u{1}{n}"), "\"\"\"", &["\\\\"]).is_ok() {
            n += 1;
        }
        assert!(n > 3);
        let scheme = Scheme::Sec1(Sec1::new(b""));
        let text = text(&info, &scheme, ["thread_prov", "thread_scan"]);
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let mut exact: Vec<u8> = alloc::vec![0; text.len()];
        let network = ["thread_prov", "thread_scan"];
        assert_eq!(info.write_version(&mut exact, &scheme, network), Some(text.len()));
        assert_eq!(info.write_version(&mut exact[1..], &scheme, network), None);
    }

    #[test]
    fn bad_entries_are_refused_and_change_nothing() {
        let mut info = AppInfo::default();
        info.set("kept", "1", &[]).unwrap();
        let before = text(&info, &Scheme::Sec0(Sec0), WIFI);
        assert_eq!(info.set("", "1", &[]), Err(Error::Argument));
        assert_eq!(info.set("prov", "1", &[]), Err(Error::Argument));
        assert_eq!(info.set("a", &"v".repeat(APP_INFO_MAX), &[]), Err(Error::Full));
        assert_eq!(info.set("kept", &"v".repeat(APP_INFO_MAX), &[]), Err(Error::Full));
        assert_eq!(info.set("a", "1", &[""; APP_INFO_MAX]), Err(Error::Full));
        assert_eq!(text(&info, &Scheme::Sec0(Sec0), WIFI), before);
    }
}
