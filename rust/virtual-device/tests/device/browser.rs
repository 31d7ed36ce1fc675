//! Features for web developers: pages of another origin, and files of their own.

use crate::support::{Connection, Device, Reply, complaint, request, text};

const ORIGIN: &str = "Origin: http://localhost:3000\r\n";

fn try_ask(device: std::net::SocketAddr, method: &str, path: &str, headers: &str) -> Option<Reply> {
    let mut connection = Connection::new(device);
    let body: &[u8] = if method == "POST" { b"ESP" } else { b"" };
    connection.send(&request(method, path, headers, body));
    connection.reply()
}

fn ask(device: std::net::SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    try_ask(device, method, path, headers).expect("a response")
}

#[test]
fn a_page_of_the_allowed_origin_may_read_responses() {
    for cors in ["http://localhost:3000", "*"] {
        let mut device = Device::secure(&["--cors", cors]);
        let address = device.address();
        let reply = ask(address, "POST", "/proto-ver", ORIGIN);
        assert_eq!(reply.status, 200);
        let allowed = reply.header("Access-Control-Allow-Origin");
        assert_eq!(allowed, Some("http://localhost:3000"));
        assert_eq!(reply.header("Access-Control-Allow-Credentials"), Some("true"));
        // A browser asks this first.
        let reply = ask(address, "OPTIONS", "/prov-session", ORIGIN);
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("Access-Control-Allow-Methods"), Some("POST"));
        assert_eq!(reply.header("Access-Control-Allow-Origin"), Some("http://localhost:3000"));
    }
}

#[test]
fn other_pages_may_not() {
    let mut device = Device::secure(&["--cors", "http://localhost:3000/"]);
    let address = device.address();
    assert!(try_ask(address, "POST", "/proto-ver", "Origin: http://page.example\r\n").is_none());
    assert_eq!(ask(address, "OPTIONS", "/prov-session", "Origin: null\r\n").status, 405);
    let mut device = Device::secure(&[]);
    assert!(try_ask(device.address(), "POST", "/proto-ver", ORIGIN).is_none());
    // No browser sends these, so they would refuse every page.
    for cors in ["localhost", "://a", "http://", "http://localhost:3000/page", "http://Localhost"] {
        assert!(complaint(&["--cors", cors]).contains("http://"), "{cors}");
    }
}

#[test]
fn files_are_served_beside_the_endpoints() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(folder.path().join("secret"), "not for pages").unwrap();
    std::fs::write(root.join("index.html"), "<p>a page").unwrap();
    std::fs::write(root.join("app.js"), "let x;").unwrap();
    std::fs::write(root.join("proto-ver"), "no endpoint").unwrap();
    let mut device = Device::secure(&["--static", text(&root)]);
    let address = device.address();
    for (path, kind, body) in
        [("/", "text/html", "<p>a page"), ("/app.js", "text/javascript", "let x;")]
    {
        let reply = ask(address, "GET", path, "");
        assert_eq!((reply.status, &*reply.body), (200, body.as_bytes()), "{path}");
        assert!(reply.header("Content-Type").unwrap().starts_with(kind), "{path}");
    }
    // Endpoints take precedence, and nothing outside the folder is served.
    assert_eq!(ask(address, "GET", "/proto-ver", "").status, 405);
    for path in ["/none", "/../secret", "/%2e%2e/secret", "//etc/passwd"] {
        assert_eq!(ask(address, "GET", path, "").status, 404, "{path}");
    }
    assert!(complaint(&["--static", text(&root.join("none"))]).contains("no such folder"));
}

#[cfg(unix)]
#[test]
fn a_file_that_never_ends_does_not_keep_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::write(folder.path().join("index.html"), "<p>a page").unwrap();
    let mut device = Device::secure(&["--static", text(folder.path())]);
    let address = device.address();
    let mut waits = Connection::new(address);
    waits.send(&request("GET", "/pipe", "", b""));
    // Files are opened in the order of the requests.
    assert_eq!(ask(address, "GET", "/", "").status, 200);
    device.signal("TERM");
    assert_eq!(device.end().code, Some(0));
}
