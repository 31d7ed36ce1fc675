//! HTTP.

use std::time::Instant;

use netprov_client::operation::endpoint;
use netprov_client::transport::{Http, RESPONSE_MAX, Transport, TransportError};
use netprov_client::{Device, DeviceError, Error, Scheme, Secret};

use super::http_script::{Action, Server, bytes, response};
use super::{PATIENCE, SHORT, hex};

fn exchange(server: &Server) -> Result<Vec<u8>, TransportError> {
    Http::new(&server.address).unwrap().exchange("proto-ver", b"ESP", PATIENCE)
}

/// Sends a request to a server that performs this action.
fn with(act: Action) -> Result<Vec<u8>, TransportError> {
    exchange(&Server::start([act]))
}

#[test]
fn a_request_is_a_post_over_one_connection() {
    let server = Server::start([response("", b"one"), response("", b"two")]);
    let mut http = Http::new(&format!("http://{}/", server.address)).unwrap();
    assert_eq!(http.exchange("prov-config", &[0, 1, 255], PATIENCE).unwrap(), b"one");
    let request = server.request();
    assert!(request.head.starts_with("POST /prov-config HTTP/1.1\r\n"), "{}", request.head);
    assert_eq!(request.body, [0, 1, 255]);
    assert_eq!(request.header("Cookie"), None);
    assert_eq!(request.header("Host"), Some(&*server.address));
    assert_eq!(http.exchange("prov-scan", &[2], PATIENCE).unwrap(), b"two");
    assert_eq!(server.request().connection, 1, "the connection is reused");
}

#[test]
fn the_session_cookie_is_sent_back_without_attributes() {
    let server = Server::start([
        response("Set-Cookie: session=17; Path=/; HttpOnly\r\n", b"x"),
        response("", b"x"),
        response("set-cookie: session=18\r\n", b"x"),
        response("", b"x"),
    ]);
    let mut http = Http::new(&server.address).unwrap();
    let cookie = |http: &mut Http| {
        http.exchange("proto-ver", b"ESP", PATIENCE).unwrap();
        server.request().header("Cookie").map(str::to_owned)
    };
    assert_eq!(cookie(&mut http), None);
    assert_eq!(cookie(&mut http).as_deref(), Some("session=17"));
    assert_eq!(cookie(&mut http).as_deref(), Some("session=17"));
    assert_eq!(
        cookie(&mut http).as_deref(),
        Some("session=18"),
        "a new cookie replaces the old one"
    );
    http.restart();
    assert_eq!(cookie(&mut http), None, "a new session starts without a cookie");
}

#[test]
fn other_cookies_are_not_kept() {
    let long = format!("Set-Cookie: session={}\r\n", "1".repeat(1000));
    for header in ["Set-Cookie: other=1\r\n", "Set-Cookie: \r\n", "Set-Cookie: \u{e9}=1\r\n", &long]
    {
        let server = Server::start([response(header, b"x")]);
        let mut http = Http::new(&server.address).unwrap();
        for _ in 0..2 {
            http.exchange("proto-ver", b"ESP", PATIENCE).unwrap();
        }
        server.request();
        assert_eq!(server.request().header("Cookie"), None, "{header:.40}");
    }
}

#[test]
fn chunks_and_the_end_of_the_connection_end_a_body() {
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
    assert_eq!(with(Action::Respond(chunked.to_vec())).unwrap(), b"abc");
    let closed = b"HTTP/1.0 200 OK\r\n\r\nabc".to_vec();
    assert_eq!(with(Action::RespondAndClose(closed)).unwrap(), b"abc");
}

#[test]
fn a_closed_connection_is_no_response() {
    let none = Err(TransportError::NoResponse(None));
    assert_eq!(with(Action::RespondAndClose(Vec::new())), none);
    // Closed within the header section, and within the body.
    assert!(with(Action::RespondAndClose(b"HTTP/1.1 200 OK\r\nConte".to_vec())).is_err());
    let half = bytes("", b"abcdef");
    assert!(with(Action::RespondAndClose(half[..half.len() - 3].to_vec())).is_err());
    let half = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab".to_vec();
    assert!(with(Action::RespondAndClose(half)).is_err());
}

#[test]
fn a_closed_connection_is_reopened() {
    let server = Server::start([Action::RespondAndClose(bytes("", b"one")), response("", b"two")]);
    let mut http = Http::new(&server.address).unwrap();
    assert_eq!(http.exchange("proto-ver", b"ESP", PATIENCE).unwrap(), b"one");
    // If the client has not noticed the closed connection yet, the first try gets no response.
    let second = http.exchange("proto-ver", b"ESP", PATIENCE);
    let second = second.or_else(|_| http.exchange("proto-ver", b"ESP", PATIENCE));
    assert_eq!(second.unwrap(), b"two");
}

#[test]
fn an_http_error_is_reported() {
    for status in ["404 Not Found", "405 Method Not Allowed", "500 Internal Server Error"] {
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: 3\r\n\r\nbad");
        let Err(TransportError::NoResponse(Some(reason))) = with(Action::Respond(text.into()))
        else {
            panic!("{status}");
        };
        assert!(reason.contains(&status[..3]), "{reason}");
    }
}

#[test]
fn a_redirection_is_not_followed() {
    let other = Server::start([response("", b"stolen")]);
    let text = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{}/x\r\nContent-Length: 0\r\n\r\n",
        other.address
    );
    assert!(matches!(with(Action::Respond(text.into())), Err(TransportError::NoResponse(_))));
    assert!(other.is_quiet());
}

#[test]
fn non_http_responses_are_refused() {
    for text in [&b"SSH-2.0-OpenSSH_9.0\r\n"[..], b"\0\0\0\0\r\n\r\n", b"HTTP/9.9 abc\r\n\r\n"] {
        assert!(with(Action::RespondAndClose(text.to_vec())).is_err());
    }
    let twice = b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n".to_vec();
    assert!(with(Action::RespondAndClose(twice)).is_err());
}

#[test]
fn endless_responses_are_cut_off() {
    let longest = vec![7; RESPONSE_MAX];
    assert_eq!(with(response("", &longest)).unwrap(), longest);
    let longer = bytes("", &vec![7; RESPONSE_MAX + 1]);
    assert_eq!(with(Action::Respond(longer)), Err(TransportError::TooLong));
    let server = Server::start([Action::RespondForever(b"HTTP/1.1 200 OK\r\nA: b\r\n".to_vec())]);
    assert!(exchange(&server).is_err(), "endless header section");
    // An endless body: the header section comes first, then chunks.
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec();
    let body = [announced, vec![7; 2 * RESPONSE_MAX]].concat();
    assert_eq!(with(Action::Respond(body)), Err(TransportError::TooLong));
}

#[test]
fn silent_and_trickling_servers_time_out() {
    let drip = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".to_vec();
    for act in [Action::Nothing, Action::Respond(b"HTTP/1.1 200".to_vec()), Action::Respond(drip)] {
        let server = Server::start([act]);
        let mut http = Http::new(&server.address).unwrap();
        let began = Instant::now();
        let outcome = http.exchange("proto-ver", b"ESP", SHORT);
        assert_eq!(outcome, Err(TransportError::TimedOut));
        assert!(began.elapsed() < PATIENCE);
    }
}

#[test]
fn an_unused_address_is_unreachable() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut http = Http::new(&free.to_string()).unwrap();
    let outcome = http.exchange("proto-ver", b"ESP", PATIENCE);
    assert!(matches!(outcome, Err(TransportError::Unreachable(_))), "{outcome:?}");
}

#[test]
fn invalid_addresses_are_refused() {
    for bad in
        ["", "http://", "a b", "user@host", "host:port", "host/path", "https://host", "host:99999"]
    {
        assert!(Http::new(bad).is_err(), "{bad}");
    }
    for good in ["192.168.4.1", "host:8080", "[::1]:80", "http://192.168.4.1/"] {
        assert!(Http::new(good).is_ok(), "{good}");
    }
}

#[test]
fn endpoint_names_are_escaped() {
    let server = Server::start([response("", b"x")]);
    let mut http = Http::new(&server.address).unwrap();
    http.exchange("../a b?c\r\nX: y", b"x", PATIENCE).unwrap();
    let request = server.request();
    assert!(request.head.starts_with("POST /..%2Fa%20b%3Fc%0D%0AX%3A%20y HTTP/1.1"), "{request:?}");
}

#[test]
fn an_endpoint_may_be_a_path() {
    let server = Server::start([response("", b"x")]);
    let mut http = Http::new(&server.address).unwrap();
    http.exchange("esp_local_ctrl/control", b"x", PATIENCE).unwrap();
    let request = server.request();
    assert!(request.head.starts_with("POST /esp_local_ctrl/control HTTP/1.1"), "{request:?}");
}

/// A device that accepts any proof but sends an invalid one itself.
#[test]
fn an_untrusted_device_gets_no_credentials() {
    // The first response has an arbitrary public key and 16 random bytes; the second has 32 bytes
    // that prove nothing.
    let first = format!("10015a390801aa01341220{}1a10{}", "09".repeat(32), "00".repeat(16));
    let second = format!("10015a270803ba01221a20{}", "5a".repeat(32));
    let server = Server::start([response("", &hex(&first)), response("", &hex(&second))]);
    let mut device = Device::new(Http::new(&server.address).unwrap());
    let scheme = Scheme::Security1 { pop: Secret::from("abcd1234") };
    let error = device.connect(scheme).unwrap_err();
    assert_eq!(error, DeviceError::Protocol(Error::UntrustedDevice));
    let error = device.send_wifi(b"HomeNet", &Secret::from("correct-horse")).unwrap_err();
    assert_eq!(error, DeviceError::Protocol(Error::NoSession));
    for _ in 0..2 {
        let request = server.request();
        assert!(request.head.contains(endpoint::SESSION));
        assert!(!request.body.windows(7).any(|bytes| bytes == b"HomeNet"));
    }
    assert!(server.is_quiet());
}
