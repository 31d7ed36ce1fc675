//! An HTTP server that says what a test tells it to, byte for byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::PATIENCE;

/// What the server does about a request.
#[derive(Clone)]
pub enum Act {
    /// Writes these bytes and keeps the connection.
    Say(Vec<u8>),
    /// Writes these bytes and closes the connection.
    SayAndClose(Vec<u8>),
    /// Writes these bytes again and again, until the client closes the connection.
    SayForever(Vec<u8>),
    /// Writes nothing and keeps the connection.
    Nothing,
}

/// A request as it arrived.
#[derive(Debug)]
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
    /// Connections so far.
    pub connection: usize,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A running server; it ends with the test's process.
pub struct Server {
    pub address: String,
    requests: Receiver<Request>,
}

/// A response with this body and these headers.
pub fn response(headers: &str, body: &[u8]) -> Act {
    Act::Say(bytes(headers, body))
}

pub fn bytes(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

impl Server {
    /// A server that does one act for each request; the last one is repeated.
    pub fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let acts: Vec<Act> = acts.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, requests) = channel();
        thread::spawn(move || {
            let mut number = 0;
            for (count, stream) in listener.incoming().enumerate() {
                // One connection at a time: the number of requests goes on.
                serve(stream.unwrap(), count + 1, &mut number, &acts, &sender);
            }
        });
        Self { address, requests }
    }

    /// The next request that arrived.
    pub fn request(&self) -> Request {
        self.requests.recv_timeout(PATIENCE).expect("a request")
    }

    /// Whether no other request has arrived. To be asked when the client has ended.
    pub fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn serve(
    mut stream: TcpStream,
    connection: usize,
    number: &mut usize,
    acts: &[Act],
    sender: &Sender<Request>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let mut request = Request { head, body: Vec::new(), connection };
        let length = request.header("Content-Length").map_or(0, |text| text.parse().unwrap());
        request.body.resize(length, 0);
        reader.read_exact(&mut request.body).unwrap();
        let _ = sender.send(request);
        let act = acts[(*number).min(acts.len() - 1)].clone();
        *number += 1;
        match act {
            Act::Nothing => {}
            Act::Say(bytes) => stream.write_all(&bytes).unwrap(),
            Act::SayAndClose(bytes) => {
                stream.write_all(&bytes).unwrap();
                return;
            }
            Act::SayForever(bytes) => {
                while stream.write_all(&bytes).is_ok() {}
                return;
            }
        }
    }
}
