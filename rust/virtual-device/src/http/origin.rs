//! Requests that another site's page sends.
//!
//! A browser lets any page send a POST to any address, this device's included; only the response
//! stays hidden from the page, because this server allows no other origin (no CORS headers). A page
//! that needs no response, or that makes its own name lead to the device, would drive the device.
//! Browsers name the page's site in `Origin`; other clients send none.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, HeaderMap, ORIGIN};

/// Returns whether the request comes from a page that the device has not served.
pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return false };
    let mut hosts = headers.get_all(HOST).iter();
    let (Ok(origin), Some(Ok(host))) = (origin.to_str(), hosts.next().map(|host| host.to_str()))
    else {
        return true;
    };
    if origins.next().is_some() || hosts.next().is_some() {
        return true;
    }
    let origin = origin.to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    origin.strip_prefix("http://") != Some(host.as_str()) || !is_local(&host)
}

/// Returns whether nobody outside the local network can make this host lead to the device: it is an
/// address, or a name that is resolved locally.
fn is_local(host: &str) -> bool {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let name = host.split(':').next().unwrap_or_default();
    name.parse::<Ipv4Addr>().is_ok()
        || name == "localhost"
        || name.strip_suffix(".local").is_some_and(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn foreign(host: &str, origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        is_foreign(&headers)
    }

    #[test]
    fn the_devices_own_page_is_not_foreign() {
        for host in ["192.168.4.1", "127.0.0.1:8080", "[::1]:8080", "localhost:1", "device.LOCAL"] {
            assert!(!foreign(host, &format!("http://{host}")), "{host}");
        }
        assert!(!is_foreign(&HeaderMap::new()), "apps send no origin");
    }

    #[test]
    fn other_sites_pages_are_foreign() {
        for (host, origin) in [
            ("127.0.0.1:8080", "http://example.com"),
            ("127.0.0.1:8080", "http://127.0.0.1:8081"),
            ("127.0.0.1:8080", "https://127.0.0.1:8080"),
            ("127.0.0.1:8080", "null"),
            ("127.0.0.1:8080", ""),
            // The site's name resolves to the device.
            ("example.com:8080", "http://example.com:8080"),
            ("local", "http://local"),
            (".local", "http://.local"),
            ("[example.com]", "http://[example.com]"),
        ] {
            assert!(foreign(host, origin), "{origin} to {host}");
        }
    }
}
