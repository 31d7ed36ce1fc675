//! What web developers need from the server: responses that pages of another origin may read, and
//! files of their own next to the endpoints.

use std::path::PathBuf;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use hyper::{Method, Request, Response, StatusCode};
use tower_http::services::ServeDir;

/// Which pages may talk to the device, and which files it serves.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The origin of those pages, or `*` for any.
    pub cors: Option<HeaderValue>,
    /// The folder with the files.
    pub files: Option<PathBuf>,
    /// Whether `/` is the page that provisions the device, unless a file has that name.
    pub page: bool,
}

impl Browser {
    /// The response to a request that is not for an endpoint, if this module has one: a file, or
    /// the answer to whether a page may send a request.
    pub(super) async fn response<B>(&self, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
        if request.method() == Method::OPTIONS && self.allowed(request.headers()).is_some() {
            let mut response = Response::new(Full::default());
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
            return Some(response);
        }
        let files = self.files.as_ref()?;
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let mut wanted = Request::new(http_body_util::Empty::<Bytes>::new());
        *wanted.method_mut() = request.method().clone();
        *wanted.uri_mut() = request.uri().clone();
        *wanted.headers_mut() = request.headers().clone();
        let found = ServeDir::new(files).try_call(wanted).await.ok()?;
        if found.status() == StatusCode::NOT_FOUND {
            return None;
        }
        let (head, body) = found.into_parts();
        // Reading fails only if the file changes meanwhile.
        let body = body.collect().await.ok()?.to_bytes();
        Some(Response::from_parts(head, Full::new(body)))
    }

    /// Lets the page that sent a request read the response, if that is allowed.
    pub(super) fn allow(&self, origin: Option<HeaderValue>, response: &mut Response<Full<Bytes>>) {
        let Some(origin) = origin else { return };
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        // The session is in a cookie.
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }

    /// The origin of a request, if its page may talk to the device.
    pub(super) fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let (cors, origin) = (self.cors.as_ref()?, headers.get(ORIGIN)?);
        // A browser does not accept `*` for a request with a cookie.
        (cors == "*" || cors == origin).then(|| origin.clone())
    }
}
