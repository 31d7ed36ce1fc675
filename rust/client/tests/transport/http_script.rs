//! A scripted HTTP server that sends exact bytes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::PATIENCE;

/// Reaction of the server to a request.
#[derive(Clone)]
pub enum Action {
    /// Sends these bytes and keeps the connection open.
    Respond(Vec<u8>),
    /// Sends these bytes and closes the connection.
    RespondAndClose(Vec<u8>),
    /// Sends these bytes repeatedly until the client closes the connection.
    RespondForever(Vec<u8>),
    /// Sends nothing and keeps the connection open.
    Nothing,
}

/// A received request.
#[derive(Debug)]
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
    /// Number of connections so far.
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

/// A running server. It ends with the test process.
pub struct Server {
    pub address: String,
    requests: Receiver<Request>,
}

/// Builds a response with this body and these headers.
pub fn response(headers: &str, body: &[u8]) -> Action {
    Action::Respond(bytes(headers, body))
}

pub fn bytes(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

impl Server {
    /// Starts a server that takes the next action for each request, and repeats the last one.
    pub fn start(actions: impl IntoIterator<Item = Action>) -> Self {
        let actions: Vec<Action> = actions.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, requests) = channel();
        thread::spawn(move || {
            let mut number = 0;
            for (count, stream) in listener.incoming().enumerate() {
                // Serves one connection at a time; the actions continue across connections.
                serve(stream.unwrap(), count + 1, &mut number, &actions, &sender);
            }
        });
        Self { address, requests }
    }

    /// Returns the next request received.
    pub fn request(&self) -> Request {
        self.requests.recv_timeout(PATIENCE).expect("a request")
    }

    /// Returns whether no further request has arrived. Call this after the client has finished.
    pub fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn serve(
    mut stream: TcpStream,
    connection: usize,
    number: &mut usize,
    actions: &[Action],
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
        let action = actions[(*number).min(actions.len() - 1)].clone();
        *number += 1;
        match action {
            Action::Nothing => {}
            Action::Respond(bytes) => stream.write_all(&bytes).unwrap(),
            Action::RespondAndClose(bytes) => {
                stream.write_all(&bytes).unwrap();
                return;
            }
            Action::RespondForever(bytes) => {
                while stream.write_all(&bytes).is_ok() {}
                return;
            }
        }
    }
}
