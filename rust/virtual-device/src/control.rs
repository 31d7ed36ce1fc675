//! The control port: an HTTP server of its own, through which tests change the faults of a running
//! device.
//!
//! It is off unless requested, and listens on loopback addresses only. `GET /faults` returns the
//! faults in effect as a JSON object; `POST /faults` makes changes, written as for `--fault` and
//! separated by `&` or line breaks, and returns the same. Requests of web pages are refused.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, ORIGIN};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{mpsc, oneshot};

use crate::device::message::Message;
use crate::faults::Change;

/// The only path.
const PATH: &str = "/faults";

/// Longest body in bytes.
const BODY_MAX: usize = 4096;

/// Starts the server. Returns the address where it listens.
pub fn start(address: SocketAddr, inbox: mpsc::Sender<Message>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Out of file descriptors: trying again at once does not help.
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                continue;
            };
            let inbox = inbox.clone();
            let service = service_fn(move |request| respond(request, inbox.clone()));
            tokio::spawn(async move {
                let mut server = hyper::server::conn::http1::Builder::new();
                server.timer(TokioTimer::new()).title_case_headers(true);
                // A client that leaves in the middle of a request loses nothing.
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(address)
}

async fn respond(
    request: Request<Incoming>,
    inbox: mpsc::Sender<Message>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(match changes(request).await {
        Ok(changes) => {
            let (reply, response) = oneshot::channel();
            let sent = inbox.send(Message::Faults(changes, reply)).await;
            match (sent, response.await) {
                (Ok(()), Ok(Ok(faults))) => text(StatusCode::OK, &format!("{faults}\n")),
                (Ok(()), Ok(Err(reason))) => text(StatusCode::BAD_REQUEST, &format!("{reason}\n")),
                _ => text(StatusCode::SERVICE_UNAVAILABLE, "the device is ending\n"),
            }
        }
        Err(refusal) => refusal,
    })
}

/// The changes that a request asks for, or a response that refuses it.
async fn changes(request: Request<Incoming>) -> Result<Vec<Change>, Response<Full<Bytes>>> {
    if request.headers().contains_key(ORIGIN) {
        return Err(text(StatusCode::FORBIDDEN, "not for web pages\n"));
    }
    if request.uri().path() != PATH {
        return Err(text(StatusCode::NOT_FOUND, "the path is /faults\n"));
    }
    match *request.method() {
        Method::GET => return Ok(Vec::new()),
        Method::POST => {}
        _ => {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "GET or POST\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, POST"));
            return Err(response);
        }
    }
    let bad = |reason: String| text(StatusCode::BAD_REQUEST, &format!("{reason}\n"));
    let body = Limited::new(request.into_body(), BODY_MAX).collect().await;
    let body = body.map_err(|error| bad(error.to_string()))?.to_bytes();
    let body = str::from_utf8(&body).map_err(|error| bad(error.to_string()))?;
    let faults = body.split(['&', '\n', '\r']).filter(|fault| !fault.is_empty());
    let mut changes = Vec::new();
    for fault in faults {
        changes.push(fault.parse().map_err(|error| format!("{fault}: {error}")).map_err(bad)?);
    }
    Ok(changes)
}

fn text(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    let kind = if status == StatusCode::OK { "application/json" } else { "text/plain" };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
