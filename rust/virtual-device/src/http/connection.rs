//! One HTTP connection: its requests, its errors and its time limits.

mod watched;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use protocomm::Peer;
use protocomm::transport::http::{BODY_MAX, ConnectionId, set_cookie};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use self::watched::Watched;
use super::browser::Browser;
use super::room::{Seat, Stage};
use super::{origin, page};
use crate::device::message::{Incoming as DeviceRequest, Message, Origin};
use crate::report::Transport;

/// A request that has begun must be complete within this time.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// A connection without a request is closed after this time. It is long because a person may be
/// looking for a password, and not every client copes with a closed connection.
const IDLE_TIME: Duration = Duration::from_secs(10 * 60);

/// The longest head, in bytes.
const HEAD_MAX: usize = 16 * 1024;

/// What a connection needs to know.
pub(super) struct Context {
    pub(super) id: ConnectionId,
    pub(super) peer: Peer,
    pub(super) endpoints: Arc<[String]>,
    pub(super) browser: Arc<Browser>,
    pub(super) inbox: mpsc::Sender<Message>,
}

/// When a connection in this state is closed.
fn deadline(stage: Stage) -> Option<Instant> {
    match stage {
        Stage::Idle(since) => Some(since + IDLE_TIME),
        Stage::Receiving(since) => Some(since + REQUEST_TIME),
        Stage::Answering => None,
    }
}

/// Why a request gets no response. The connection is closed without one, because a client might
/// take any response for an answer.
#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

/// Serves a connection until it ends: at once if it has to give way, or when the server stops and
/// the request in progress has its response.
pub(super) async fn serve(
    stream: TcpStream,
    context: Context,
    seat: Arc<Seat>,
    mut leave: oneshot::Receiver<()>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut stages = seat.stage.subscribe();
    let (id, inbox) = (context.id, context.inbox.clone());
    let context = Arc::new(context);
    let service = {
        let seat = seat.clone();
        service_fn(move |request| request_from(request, context.clone(), seat.clone()))
    };
    // A scope, so the socket is closed before its end is reported.
    {
        let io = TokioIo::new(Watched::new(stream, seat));
        let mut connection = pin!(
            hyper::server::conn::http1::Builder::new()
                // A client may say that it has no more requests and still wait for the response.
                .half_close(true)
                // Spelled exactly like this: esp_prov looks for `Set-Cookie` in this case.
                .title_case_headers(true)
                .max_buf_size(HEAD_MAX)
                .header_read_timeout(None)
                .serve_connection(io, service)
        );
        loop {
            let deadline = deadline(*stages.borrow_and_update());
            let patience = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            // If the server has gone, nobody is left to serve.
            tokio::select! {
                _ = connection.as_mut() => break,
                _ = stages.changed() => {}
                () = patience => break,
                Ok(()) = &mut leave => break,
                Ok(()) = stopped.changed() => connection.as_mut().graceful_shutdown(),
            }
        }
    }
    // Nobody listens any longer if the program ends.
    let _ = inbox.send(Message::Closed(id)).await;
}

async fn request_from(
    request: Request<Incoming>,
    context: Arc<Context>,
    seat: Arc<Seat>,
) -> Result<Response<Full<Bytes>>, Refused> {
    let stage = &seat.stage;
    stage.send_if_modified(|stage| {
        let begins = matches!(stage, Stage::Idle(_));
        if begins {
            *stage = Stage::Receiving(Instant::now());
        }
        begins
    });
    let path = request.uri().path();
    let name = path.strip_prefix('/').unwrap_or(path);
    let endpoint = context.endpoints.iter().find(|endpoint| *endpoint == name);
    let origin = context.browser.allowed(request.headers());
    let of_browser = match endpoint {
        Some(_) if request.method() != Method::OPTIONS => None,
        _ => match context.browser.response(&request).await {
            None if context.browser.page => page::response(request.method(), path),
            response => response,
        },
    };
    let response = match endpoint {
        _ if of_browser.is_some() => of_browser.ok_or(Refused),
        None => Ok(empty(StatusCode::NOT_FOUND)),
        Some(_) if request.method() != Method::POST => {
            let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            Ok(response)
        }
        Some(endpoint) => post(endpoint, request, &context, &seat).await,
    };
    stage.send_replace(Stage::Idle(Instant::now()));
    response.map(|mut response| {
        context.browser.allow(origin, &mut response);
        response
    })
}

async fn post(
    endpoint: &str,
    request: Request<Incoming>,
    context: &Context,
    seat: &Seat,
) -> Result<Response<Full<Bytes>>, Refused> {
    let refuse = |reason| {
        let endpoint = endpoint.to_owned();
        // Only a report: not worth waiting for room.
        let _ = context.inbox.try_send(Message::Refused(Transport::Http, endpoint, reason));
        Refused
    };
    if context.browser.allowed(request.headers()).is_none() && origin::is_foreign(request.headers())
    {
        return Err(refuse("a page of another site sent it"));
    }
    let cookie = cookies(request.headers());
    let body = request.into_body();
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(refuse("the body is longer than 4096 bytes"));
    }
    let body = match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(refuse("the body is longer than 4096 bytes"));
        }
        Err(_) => return Err(refuse("the client left before its request was complete")),
    };
    if body.is_empty() {
        return Err(refuse("the body is empty"));
    }
    seat.stage.send_replace(Stage::Answering);
    let (reply, answer) = oneshot::channel();
    let message = Message::Request(DeviceRequest {
        origin: Origin::Http { connection: context.id, peer: context.peer, cookie },
        endpoint: endpoint.to_owned(),
        message: body.into(),
        reply,
    });
    context.inbox.send(message).await.map_err(|_| Refused)?;
    let answer = answer.await.map_err(|_| Refused)?;
    seat.set_in_session(answer.in_session);
    let body = answer.result.map_err(|_| Refused)?;

    let mut response = Response::new(Full::new(body.into()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    if let Some(session) = answer.new_session {
        let value = HeaderValue::from_str(&set_cookie(session)).map_err(|_| Refused)?;
        headers.insert(SET_COOKIE, value);
    }
    Ok(response)
}

/// All cookies, as if they were in one header.
fn cookies(headers: &HeaderMap) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join("; "))
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
