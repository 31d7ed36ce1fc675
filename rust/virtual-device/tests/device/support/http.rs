//! HTTP with control over every byte, and a session over it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Instant;

use netprov_messages::Status;
use sim::client::answers::{self, WifiStatus};
use sim::client::{Client, messages};

use super::{PATIENCE, POP};

/// A connection.
pub struct Connection(TcpStream);

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// A request's bytes.
pub fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: h\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

impl Connection {
    pub fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// A connection from another address of this machine.
    pub fn from_address(address: SocketAddr, own: [u8; 4]) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let stream = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::from((own, 0))).unwrap();
            socket.connect(address).await.unwrap().into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Sends bytes. If the device has closed the connection, reading the response shows it.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes);
    }

    pub fn send_no_more(&self) {
        self.0.shutdown(Shutdown::Write).unwrap();
    }

    pub fn post(&mut self, endpoint: &str, cookie: Option<&str>, body: &[u8]) -> Option<Reply> {
        let headers = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        self.send(&request("POST", &format!("/{endpoint}"), &headers, body));
        self.reply()
    }

    /// The response; `None` if the connection was closed without a byte.
    pub fn reply(&mut self) -> Option<Reply> {
        let head = self.head()?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = value(&head, "Content-Length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        Some(Reply { status, head, body })
    }

    /// The head of a response; `None` if the connection was closed without a byte.
    pub fn head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.byte() {
                Some(byte) => head.push(byte),
                None if head.is_empty() => return None,
                None => panic!("cut inside the head: {}", String::from_utf8_lossy(&head)),
            }
        }
        Some(String::from_utf8(head).unwrap())
    }

    /// Waits until the device closes the connection.
    pub fn is_closed(&mut self) -> bool {
        self.byte().is_none()
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        match self.0.read(&mut byte) {
            Ok(0) => None,
            Ok(_) => Some(byte[0]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) if error.kind() == ErrorKind::Interrupted => self.byte(),
            Err(error) => panic!("{error}"),
        }
    }
}

impl Reply {
    /// A header's value. The name must have exactly this spelling.
    pub fn header(&self, name: &str) -> Option<&str> {
        value(&self.head, name)
    }
}

fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// An established session, over a connection that keeps its cookie.
pub struct Session {
    address: SocketAddr,
    connection: Connection,
    pub cookie: String,
    client: Client,
}

impl Session {
    /// A session of security 1 with the right proof of possession.
    pub fn new(address: SocketAddr) -> Self {
        Self::with(address, POP).expect("the proof is right")
    }

    /// A session of security 1, if the device accepts the proof of possession.
    pub fn with(address: SocketAddr, pop: &str) -> Option<Self> {
        Self::of(address, Client::sec1(pop.as_bytes(), [7; 32]))
    }

    pub fn plain(address: SocketAddr) -> Self {
        Self::of(address, Client::sec0()).expect("there is nothing to prove")
    }

    /// A session of security 2, if the device accepts name and password.
    pub fn named(address: SocketAddr, username: &str, password: &str) -> Option<Self> {
        Self::of(address, Client::sec2(username.as_bytes(), password.as_bytes(), [7; 32]))
    }

    fn of(address: SocketAddr, client: Client) -> Option<Self> {
        let mut connection = Connection::new(address);
        let version = connection.post("proto-ver", None, b"ESP").unwrap();
        let cookie = version.header("Set-Cookie").unwrap().to_owned();
        let mut session = Self { address, connection, cookie, client };
        while let Some(message) = session.client.handshake_message() {
            let reply = session.exchange("prov-session", &message)?;
            session.client.handle(&reply).unwrap();
        }
        Some(session)
    }

    /// Continues over a new connection.
    fn reconnect(&mut self) {
        self.connection = Connection::new(self.address);
    }

    fn exchange(&mut self, endpoint: &str, message: &[u8]) -> Option<Vec<u8>> {
        match self.connection.post(endpoint, Some(&self.cookie), message) {
            Some(reply) => {
                assert_eq!(reply.status, 200, "{endpoint}");
                Some(reply.body)
            }
            None => {
                self.reconnect();
                None
            }
        }
    }

    /// Sends a request. Returns its response, or `None` if the device closed the connection.
    pub fn ask(&mut self, endpoint: &str, message: &[u8]) -> Option<Vec<u8>> {
        let sealed = self.client.seal(message.to_vec());
        let answer = self.exchange(endpoint, &sealed)?;
        self.client.open(answer).ok()
    }

    fn config(&mut self, message: Vec<u8>) -> Vec<u8> {
        self.ask("prov-config", &message).expect("an answer")
    }

    /// Sends credentials.
    pub fn provision(&mut self, ssid: &str, passphrase: &str) {
        let set = self.config(messages::set_wifi(ssid.as_bytes(), passphrase.as_bytes()));
        assert_eq!(answers::set_wifi(&set), Some(Status::Success));
        let applied = self.config(messages::apply_wifi());
        assert_eq!(answers::apply_wifi(&applied), Some(Status::Success));
    }

    pub fn status(&mut self) -> WifiStatus {
        let answer = self.config(messages::get_status());
        answers::status(&answer).expect("a status")
    }

    /// Polls until the result is known.
    pub fn settle(&mut self) -> WifiStatus {
        let limit = Instant::now() + PATIENCE;
        loop {
            let status = self.status();
            if !status.is_pending() {
                return status;
            }
            assert!(Instant::now() < limit, "still {status:?}");
        }
    }
}
