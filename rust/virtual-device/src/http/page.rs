//! The page that provisions the device from a browser, as built by `cargo xtask web`.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Response};

/// Its path.
const PATH: &str = "/";

const PAGE: &str = include_str!("../../../../web/dist/index.html");

/// The page contains everything that it needs, and it talks to its own device only.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; \
    style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'";

/// The page, if a request asks for it.
pub(super) fn response(method: &Method, path: &str) -> Option<Response<Full<Bytes>>> {
    if path != PATH || !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let mut response = Response::new(Full::new(Bytes::from_static(PAGE.as_bytes())));
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        // Another device may have this address next time.
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Some(response)
}
