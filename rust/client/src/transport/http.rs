//! SoftAP: the device's HTTP server.

use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

use ureq::http::{HeaderValue, StatusCode, header};
use ureq::{Agent, Timeout};

use super::{RESPONSE_MAX, Transport, TransportError};

/// Time limit for connecting.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// Longest cookie kept, in bytes. Devices send `session=` and at most ten digits.
const COOKIE_MAX: usize = 64;

/// Longest accepted response header section in bytes.
const HEAD_MAX: usize = 16 * 1024;

/// The HTTP server of a device: `POST /<endpoint>` with a session cookie, over persistent
/// connections.
pub struct Http {
    agent: Agent,
    authority: String,
    cookie: Option<HeaderValue>,
}

/// The text is not a valid device address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAddress;

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a device address: give HOST or HOST:PORT, as in 192.168.4.1")
    }
}

impl std::error::Error for BadAddress {}

impl Http {
    /// Creates a client for the server at `address`: `HOST` or `HOST:PORT`, optionally with
    /// `http://`.
    ///
    /// Nothing is sent yet. Proxy settings in the environment are ignored, since the device is on
    /// the local network.
    pub fn new(address: &str) -> Result<Self, BadAddress> {
        let authority = address.strip_prefix("http://").unwrap_or(address);
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let parsed: ureq::http::uri::Authority = authority.parse().map_err(|_| BadAddress)?;
        if parsed.host().is_empty() || authority.contains('@') {
            return Err(BadAddress);
        }
        // Only a port number may follow the host.
        if parsed.port_u16().is_none() && parsed.as_str() != parsed.host() {
            return Err(BadAddress);
        }
        let agent = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_MAX)
            .timeout_connect(Some(CONNECT_TIME))
            .user_agent("netprov")
            .accept("text/plain")
            .no_delay(true)
            .build()
            .new_agent();
        Ok(Self { agent, authority: authority.into(), cookie: None })
    }

    /// Stores the session cookie without its attributes.
    fn keep_cookie(&mut self, headers: &header::HeaderMap) {
        for value in headers.get_all(header::SET_COOKIE) {
            let Ok(text) = value.to_str() else { continue };
            let pair = text.split(';').next().unwrap_or_default().trim();
            if pair.starts_with("session=")
                && pair.len() <= COOKIE_MAX
                && let Ok(cookie) = HeaderValue::from_str(pair)
            {
                self.cookie = Some(cookie);
            }
        }
    }
}

impl Transport for Http {
    fn exchange(
        &mut self,
        endpoint: &str,
        message: &[u8],
        limit: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let url = format!("http://{}/{}", self.authority, path(endpoint));
        let mut request = self
            .agent
            .post(url)
            .config()
            .timeout_global(Some(limit))
            .build()
            .content_type("application/x-www-form-urlencoded");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let mut response = request.send(message).map_err(error)?;
        if response.status() != StatusCode::OK {
            return Err(TransportError::NoResponse(Some(format!("HTTP {}", response.status()))));
        }
        self.keep_cookie(&response.headers().clone());
        response.body_mut().with_config().limit(RESPONSE_MAX as u64).read_to_vec().map_err(error)
    }

    fn restart(&mut self) {
        self.cookie = None;
    }
}

/// Converts an endpoint name to a path, escaping all special characters. A `/` between parts stays, as in
/// `esp_local_ctrl/control`.
fn path(endpoint: &str) -> String {
    let has_parts = endpoint.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let mut path = String::new();
    for byte in endpoint.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                path.push(char::from(byte));
            }
            b'/' if has_parts => path.push('/'),
            other => path.push_str(&format!("%{other:02X}")),
        }
    }
    path
}

fn error(error: ureq::Error) -> TransportError {
    match error {
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            TransportError::Unreachable("the connection timed out".into())
        }
        ureq::Error::Timeout(_) => TransportError::TimedOut,
        ureq::Error::HostNotFound => TransportError::Unreachable("no such host".into()),
        ureq::Error::ConnectionFailed => {
            TransportError::Unreachable("the connection failed".into())
        }
        ureq::Error::BodyExceedsLimit(_) => TransportError::TooLong,
        ureq::Error::LargeResponseHeader(..) => TransportError::TooLong,
        ureq::Error::Io(error) => match error.kind() {
            // Devices close the connection instead of sending an error response.
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => TransportError::NoResponse(None),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => TransportError::TimedOut,
            _ => TransportError::Unreachable(error.to_string()),
        },
        other => TransportError::Malformed(other.to_string()),
    }
}
