//! Requests as hyper's server reads them, from a connection in memory.

use std::cell::RefCell;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt as _, duplex};
use tokio::runtime::{Builder, Runtime};

/// Room for the longest request, and for the responses, which nobody reads.
const BUFFER: usize = 64 * 1024;

/// A request, as far as both look at it.
pub struct Seen {
    pub method: String,
    /// `None` if hyper keeps another form of it: without its fragment, or with a path.
    pub target: Option<usize>,
    pub body: Vec<u8>,
}

pub struct Server(Runtime);

impl Server {
    pub fn new() -> Result<Self> {
        Ok(Self(Builder::new_current_thread().build()?))
    }

    /// Returns the first request in the bytes, or `None` if hyper refuses it or waits for more.
    pub fn read(&self, bytes: &[u8]) -> Option<Seen> {
        let seen = RefCell::new(None);
        self.0.block_on(async {
            let (mut client, connection) = duplex(BUFFER);
            client.write_all(bytes).await.ok()?;
            client.shutdown().await.ok()?;
            let service = service_fn(|request: Request<Incoming>| async {
                let (head, body) = request.into_parts();
                let body = body.collect().await?.to_bytes();
                let target = head.uri.to_string();
                seen.borrow_mut().get_or_insert(Seen {
                    method: head.method.to_string(),
                    target: target.starts_with('/').then_some(target.len()),
                    body: body.to_vec(),
                });
                Ok::<_, hyper::Error>(Response::new(Empty::<Bytes>::new()))
            });
            let mut http = http1::Builder::new();
            http.half_close(true).serve_connection(TokioIo::new(connection), service).await.ok()
        });
        let mut seen = seen.into_inner()?;
        if bytes.contains(&b'#') {
            seen.target = None;
        }
        Some(seen)
    }
}
