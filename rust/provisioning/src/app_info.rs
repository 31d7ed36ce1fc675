//! What the version endpoint answers: the application's entries, then the protocol's.

use alloc::string::String;
use alloc::vec::Vec;

use protocomm::security::Scheme;

use crate::error::Error;
use crate::json;
use crate::limits::APP_INFO_MAX;

/// The protocol's version, as the field writes it.
pub(crate) const PROTOCOL: &str = "netprov-v1.2";

/// The application's entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct AppInfo {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    label: String,
    /// As it stands in the text, label included.
    json: String,
}

impl AppInfo {
    /// Sets the entry of this label.
    pub(crate) fn set(&mut self, label: &str, version: &str, caps: &[&str]) -> Result<(), Error> {
        // A second `prov` would hide the protocol's own.
        if label.is_empty() || label == "prov" {
            return Err(Error::Argument);
        }
        // Before anything is allocated: each string takes its quotes at least.
        let strings = [label, version].into_iter().chain(caps.iter().copied());
        if total(strings.map(|string| string.len().saturating_add(2))) > APP_INFO_MAX {
            return Err(Error::Full);
        }
        let mut text = String::new();
        json::append(&mut text, format_args!("{}:{{", json::Quoted(label)));
        json::key(&mut text, "ver");
        json::append(&mut text, format_args!("{}", json::Quoted(version)));
        json::key(&mut text, "cap");
        json::strings(&mut text, caps.iter().copied());
        text.push('}');

        let others = self.entries.iter().filter(|other| other.label != label);
        // One more each for the comma.
        let lengths = others.map(|other| other.json.len()).chain([text.len()]);
        if total(lengths.map(|length| length.saturating_add(1))) > APP_INFO_MAX {
            return Err(Error::Full);
        }
        let entry = Entry { label: label.into(), json: text };
        match self.entries.iter_mut().find(|other| other.label == label) {
            Some(same) => *same = entry,
            None => self.entries.push(entry),
        }
        Ok(())
    }

    /// The whole text.
    pub(crate) fn version_text(&self, scheme: &Scheme, network: [&str; 2]) -> String {
        let mut text = String::from("{");
        for entry in &self.entries {
            text.push_str(&entry.json);
            text.push(',');
        }
        text.push_str(r#""prov":"#);
        let (version, patch) = (scheme.version(), scheme.patch_version());
        json::append(
            &mut text,
            format_args!(r#"{{"ver":"{PROTOCOL}","sec_ver":{version},"sec_patch_ver":{patch}"#),
        );
        json::key(&mut text, "cap");
        json::strings(&mut text, scheme.capability().into_iter().chain(network));
        text.push_str("}}");
        text
    }
}

fn total(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use protocomm::security::{sec0::Sec0, sec1::Sec1};

    use super::*;

    const WIFI: [&str; 2] = ["wifi_prov", "wifi_scan"];

    #[test]
    fn the_text_without_application_is_upstreams() {
        let text = |scheme| AppInfo::default().version_text(&scheme, WIFI);
        assert_eq!(
            text(Scheme::Sec1(Sec1::new(b"abcd1234"))),
            r#"{"prov":{"ver":"netprov-v1.2","sec_ver":1,"sec_patch_ver":0,"cap":["wifi_prov","wifi_scan"]}}"#
        );
        // 7.G 75: the client asks for a PoP unless it is told that there is none.
        assert!(text(Scheme::Sec1(Sec1::new(b""))).contains(r#""cap":["no_pop","wifi_prov""#));
        assert!(
            text(Scheme::Sec0(Sec0)).contains(r#""sec_ver":0,"sec_patch_ver":0,"cap":["no_sec""#)
        );
    }

    #[test]
    fn labels_keep_their_order_and_are_escaped_7g_75() {
        let mut info = AppInfo::default();
        info.set("my\"app", "1.0", &["a", "b\\"]).unwrap();
        info.set("other", "2", &[]).unwrap();
        info.set("my\"app", "1.1", &[]).unwrap();
        let text = info.version_text(&Scheme::Sec0(Sec0), WIFI);
        assert!(text.starts_with(
            r#"{"my\"app":{"ver":"1.1","cap":[]},"other":{"ver":"2","cap":[]},"prov""#
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
        let text = info.version_text(&Scheme::Sec1(Sec1::new(b"")), ["thread_prov", "thread_scan"]);
        assert!(text.len() <= 512, "{}", text.len());
    }

    #[test]
    fn bad_entries_are_refused_and_change_nothing() {
        let mut info = AppInfo::default();
        assert_eq!(info.set("", "1", &[]), Err(Error::Argument));
        assert_eq!(info.set("prov", "1", &[]), Err(Error::Argument));
        assert_eq!(info.set("a", &"v".repeat(APP_INFO_MAX), &[]), Err(Error::Full));
        assert_eq!(info.set("a", "1", &[""; APP_INFO_MAX]), Err(Error::Full));
        assert!(info.entries.is_empty());
    }
}
