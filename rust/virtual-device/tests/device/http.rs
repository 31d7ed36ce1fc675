//! Edge cases of HTTP.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Instant;

use virtual_device::http::CONNECTIONS_MAX;

use crate::support::{
    CUSTOM, Connection, Device, PATIENCE, POP, Session, complaint, program, request,
};

fn is_alive(address: SocketAddr) -> bool {
    let mut connection = Connection::new(address);
    connection.post("proto-ver", None, b"ESP").is_some_and(|reply| reply.status == 200)
}

#[test]
fn an_error_closes_the_connection_without_a_byte() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    for (endpoint, body) in [
        ("prov-config", &b"\x52\x00"[..]),
        ("prov-scan", b"\x52\x00"),
        ("prov-ctrl", b"\x08\x01"),
        (CUSTOM, b"x"),
        ("prov-session", b"\xff\xff"),
        ("prov-session", b""),
        (CUSTOM, b""),
        ("proto-ver", b""),
        ("proto-ver", &[b'x'; 4097]),
    ] {
        let mut connection = Connection::new(address);
        let reply = connection.post(endpoint, None, body);
        assert!(reply.is_none(), "{endpoint}: {reply:?}");
        assert_eq!(device.event("request_failed")["endpoint"], endpoint);
    }
    assert!(is_alive(address));
}

#[test]
fn pages_of_other_sites_are_refused_without_a_byte() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let post = |host: &str, origin: &str| {
        let mut connection = Connection::new(address);
        let head = format!("Host: {host}\r\nOrigin: {origin}\r\nContent-Length: 3\r\n");
        connection.send(format!("POST /proto-ver HTTP/1.1\r\n{head}\r\nESP").as_bytes());
        connection.reply().map(|reply| reply.status)
    };
    let own = address.to_string();
    for (host, origin) in [
        (&*own, "http://example.com"),
        (&*own, "null"),
        // The site's name resolves to the device.
        ("example.com", "http://example.com"),
    ] {
        assert_eq!(post(host, origin), None, "{origin}");
        assert_eq!(device.event("request_failed")["endpoint"], "proto-ver");
    }
    assert_eq!(post(&own, &format!("http://{own}")), Some(200));
    assert!(is_alive(address));
}

#[test]
fn a_body_may_be_4096_bytes_and_no_giant_is_waited_for() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut connection = Connection::new(address);
    assert_eq!(connection.post("proto-ver", None, &[b'x'; 4096]).unwrap().status, 200);
    let mut connection = Connection::new(address);
    connection.send(b"POST /proto-ver HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999\r\n\r\nx");
    assert!(connection.is_closed());
    let mut connection = Connection::new(address);
    let chunk = [&b"800\r\n"[..], &[b'x'; 0x800], b"\r\n"].concat();
    connection.send(b"POST /proto-ver HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for _ in 0..3 {
        connection.send(&chunk);
    }
    assert!(connection.is_closed());
}

#[test]
fn unknown_paths_and_methods_have_their_answers() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut session = Session::new(address);
    let mut connection = Connection::new(address);
    for path in ["/", "/nonsense", "/prov-config/", "/PROV-CONFIG", "//proto-ver"] {
        connection.send(&request("POST", path, "", b"x"));
        assert_eq!(connection.reply().unwrap().status, 404, "{path}");
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        connection.send(&request(method, "/proto-ver", "", b""));
        let reply = connection.reply().unwrap();
        assert_eq!((reply.status, reply.header("Allow")), (405, Some("POST")), "{method}");
    }
    assert!(session.ask(CUSTOM, b"still").is_some(), "nobody's session is touched");
}

#[test]
fn a_cookie_is_given_once_and_bare() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut connection = Connection::new(address);
    let first = connection.post("proto-ver", None, b"ESP").unwrap();
    // esp_prov knows only this spelling of the name, and sends back the whole value.
    let cookie = first.header("Set-Cookie").unwrap();
    let number = cookie.strip_prefix("session=").unwrap();
    assert!(number.parse::<u32>().is_ok(), "{cookie}");
    let again = Connection::new(address).post("proto-ver", Some(cookie), b"ESP").unwrap();
    assert_eq!(again.header("Set-Cookie"), None);
    let stale = Connection::new(address).post("proto-ver", Some("session=1"), b"ESP").unwrap();
    assert!(stale.header("Set-Cookie").is_some());
}

#[test]
fn a_session_is_its_cookies_and_nobody_elses() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut session = Session::new(address);
    let cookie = session.cookie.clone();
    assert!(Connection::new(address).post(CUSTOM, None, b"x").is_none());
    assert!(Connection::new(address).post(CUSTOM, Some("session=1"), b"x").is_none());
    assert!(session.ask(CUSTOM, b"still").is_some());
    let newcomer = Session::new(address);
    assert_ne!(newcomer.cookie, cookie);
    assert!(session.ask(CUSTOM, b"displaced").is_none());
}

#[test]
fn a_hundred_connections_are_served_at_once() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut session = Session::new(address);
    let mut crowd: Vec<_> = (0..100).map(|_| Connection::new(address)).collect();
    for connection in &mut crowd {
        connection.send(&request("POST", "/proto-ver", "", b"ESP"));
    }
    assert!(session.ask(CUSTOM, b"meanwhile").is_some());
    for connection in &mut crowd {
        assert_eq!(connection.reply().unwrap().status, 200);
    }
    // All of them are still open and can be used again.
    for connection in &mut crowd {
        assert_eq!(connection.post("proto-ver", None, b"ESP").unwrap().status, 200);
    }
    assert!(session.ask(CUSTOM, b"still").is_some());
}

#[test]
fn the_idle_make_room_when_there_is_none() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut session = Session::new(address);
    assert!(session.ask(CUSTOM, b"first").is_some());
    let mut crowd: Vec<_> =
        (0..2 * CONNECTIONS_MAX + 10).map(|_| Connection::new(address)).collect();
    assert!(is_alive(address));
    assert!(crowd[0].is_closed());
    // The established session's connection never gives way.
    assert!(session.ask(CUSTOM, b"still").is_some());
}

#[test]
fn the_slow_and_the_silent_are_not_waited_for() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut slow_head = Connection::new(address);
    slow_head.send(b"POST /proto-ver HTT");
    let mut slow_body = Connection::new(address);
    let whole = request("POST", "/proto-ver", "", b"ESP");
    slow_body.send(&whole[..whole.len() - 1]);
    let mut silent = Connection::new(address);
    let mut session = Session::new(address);
    assert!(session.ask(CUSTOM, b"meanwhile").is_some());
    // A request that has begun must be completed in time; others may come later.
    assert!(slow_head.is_closed());
    assert!(slow_body.is_closed());
    assert_eq!(silent.post("proto-ver", None, b"ESP").unwrap().status, 200);
}

#[test]
fn half_a_connection_is_enough_for_an_answer() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let whole = request("POST", "/proto-ver", "", b"ESP");
    let mut connection = Connection::new(address);
    connection.send(&whole);
    connection.send_no_more();
    assert_eq!(connection.reply().unwrap().status, 200);
    assert!(connection.is_closed());
    for cut in [0, 10, whole.len() - 1] {
        let mut connection = Connection::new(address);
        connection.send(&whole[..cut]);
        connection.send_no_more();
        let answered = connection.reply().is_some_and(|reply| reply.status == 200);
        assert!(!answered, "cut at {cut}");
    }
    assert!(is_alive(address));
}

#[test]
fn nonsense_is_survived() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let long = [b"POST /proto-ver HTTP/1.1\r\nX: ", &[b'y'; 100_000][..], b"\r\n\r\n"].concat();
    let many = "X: y\r\n".repeat(5000);
    let many = format!("POST /proto-ver HTTP/1.1\r\n{many}\r\n");
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".as_slice(),
        b"POST /proto-ver\r\n\r\n",
        b"POST /proto-ver HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /proto-ver HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /pr\x00ov HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &long,
        many.as_bytes(),
    ] {
        let mut connection = Connection::new(address);
        connection.send(bytes);
        let head = connection.head();
        assert_eq!(head, None, "some clients take any response for an answer");
    }
    assert!(is_alive(address));
}

#[test]
fn an_upgrade_that_is_offered_is_ignored() {
    let mut device = Device::secure(&[]);
    let mut connection = Connection::new(device.address());
    let offer =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    connection.send(&request("POST", "/proto-ver", offer, b"ESP"));
    assert_eq!(connection.reply().unwrap().status, 200);
}

#[test]
fn a_client_that_asks_before_it_sends_is_answered() {
    let mut device = Device::secure(&[]);
    let mut connection = Connection::new(device.address());
    let whole = request("POST", "/proto-ver", "Expect: 100-continue\r\n", b"ESP");
    let (head, body) = whole.split_at(whole.len() - 3);
    connection.send(head);
    let go_on = connection.head().unwrap();
    assert!(go_on.starts_with("HTTP/1.1 100 "), "{go_on}");
    connection.send(body);
    assert_eq!(connection.reply().unwrap().status, 200);
}

#[test]
fn a_uri_may_be_absolute_and_a_cookie_may_have_long_neighbours() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut connection = Connection::new(address);
    connection.send(&request("POST", "http://192.168.4.1/proto-ver", "", b"ESP"));
    let reply = connection.reply().unwrap();
    assert_eq!(reply.status, 200);
    let cookie = reply.header("Set-Cookie").unwrap();
    let cookies = format!("theme={}; {cookie}; other=1", "x".repeat(4000));
    let reply = Connection::new(address).post("proto-ver", Some(&cookies), b"ESP").unwrap();
    assert_eq!(reply.header("Set-Cookie"), None);
}

#[test]
fn requests_in_one_segment_are_answered_one_by_one() {
    let mut device = Device::secure(&[]);
    let mut connection = Connection::new(device.address());
    let plain = request("POST", "/proto-ver", "", b"ESP");
    let chunked = b"POST /proto-ver HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\
        2\r\nES\r\n1\r\nP\r\n0\r\n\r\n";
    connection.send(&[&plain[..], &plain, chunked, chunked].concat());
    for _ in 0..4 {
        assert_eq!(connection.reply().unwrap().status, 200);
    }
}

/// Security 1 has no integrity: whatever is decrypted with the session's keys advances them.
#[test]
fn a_cookie_that_was_heard_is_of_no_use_at_another_address() {
    let mut device = Device::secure(&[]);
    let address = device.address();
    let mut session = Session::new(address);
    let cookie = session.cookie.clone();
    for _ in 0..3 {
        let mut thief = Connection::from_address(address, [127, 0, 0, 9]);
        assert!(thief.post(CUSTOM, Some(&cookie), b"garbage").is_none());
        assert!(session.ask(CUSTOM, b"still").is_some());
    }
    // Nor can it begin a handshake in the session's name.
    let mut thief = Connection::from_address(address, [127, 0, 0, 9]);
    let reply = thief.post("proto-ver", Some(&cookie), b"ESP").unwrap();
    assert_ne!(reply.header("Set-Cookie"), Some(&*cookie));
    assert!(reply.header("Set-Cookie").is_some());
}

/// A pipe holds 64 KiB, which is about 700 events.
#[test]
fn events_that_nobody_reads_stop_nothing() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = ["--json", "--pop", POP, "--http", &free.to_string()];
    let mut unread = program().args(options).stdout(Stdio::piped()).spawn().unwrap();
    let limit = Instant::now() + PATIENCE;
    while std::net::TcpStream::connect(free).is_err() {
        assert!(Instant::now() < limit, "the device does not listen");
        std::thread::yield_now();
    }
    for _ in 0..1500 {
        let refused = Connection::new(free).post("prov-session", None, b"\xff");
        assert!(refused.is_none());
    }
    assert!(is_alive(free));
    unread.kill().unwrap();
    unread.wait().unwrap();
}

#[test]
fn a_port_in_use_is_told_with_advice() {
    let mut device = Device::secure(&[]);
    let address = device.address().to_string();
    let text = complaint(&["--http", &address]);
    assert!(text.contains(&address) && text.contains("another port"), "{text}");
    assert_eq!(text.lines().count(), 1);
}
