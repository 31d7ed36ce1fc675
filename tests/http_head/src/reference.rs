//! Requests as httparse reads them, and what the glue has to make of that.

use httparse::{EMPTY_HEADER, Header, Status};

/// The longest list of cookies that the glue keeps, in bytes.
const COOKIES_MAX: usize = 58;
/// How much of a `Host` or `Origin` the glue compares, in bytes.
const AUTHORITY_MAX: usize = 63;
/// The longest body, as `CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE` says.
const BODY_MAX: usize = 1024;

/// What became of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A request ends in them.
    Whole,
    /// They are the start of a request.
    Part,
    /// The head or a chunk does not have the form that the standard asks for.
    Irregular,
    /// Headers contradict each other about where the body ends, or say nothing.
    NoEnd,
}

/// A request, as far as the glue looks at it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Length of the target in bytes.
    pub target: usize,
    /// The cookies named `session`, each with a semicolon.
    pub cookies: Vec<u8>,
    /// Another site's page has sent it.
    pub is_foreign: bool,
    /// `Host` is neither an address nor a local name, and no `Origin` differs from it. `None` if
    /// there are several of them.
    pub is_elsewhere: Option<bool>,
    pub expects_continue: bool,
    /// `None` if it is longer than the buffer.
    pub body: Option<Vec<u8>>,
    /// How many bytes the request has.
    pub end: usize,
}

/// Reads the bytes. The request is that of a verdict of [`Verdict::Whole`].
pub fn read(bytes: &[u8]) -> (Verdict, Request) {
    let mut headers = [EMPTY_HEADER; 32];
    let mut parsed = httparse::Request::new(&mut headers);
    let start = match parsed.parse(bytes) {
        Ok(Status::Complete(start)) => start,
        Ok(Status::Partial) => return (Verdict::Part, Request::default()),
        Err(_) => return (Verdict::Irregular, Request::default()),
    };
    let (verdict, body, end) = body(parsed.headers, &bytes[start..]);
    let origin = Origin::of(parsed.headers);
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().len(),
        cookies: cookies(parsed.headers),
        is_foreign: origin.is_foreign(),
        is_elsewhere: origin.is_elsewhere(),
        expects_continue: values(parsed.headers, "expect").any(expects_continue),
        body: (body.len() <= BODY_MAX).then_some(body),
        end: start + end,
    };
    (verdict, request)
}

fn values<'a>(headers: &'a [Header<'_>], name: &str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|it| it.value)
}

fn cookies(headers: &[Header<'_>]) -> Vec<u8> {
    let mut kept = Vec::new();
    for value in values(headers, "cookie") {
        for cookie in value.split(|byte| *byte == b';') {
            let start = cookie.iter().position(|byte| !b" \t".contains(byte));
            let cookie = start.map_or(&[][..], |start| &cookie[start..]);
            if cookie.starts_with(b"session=") && kept.len() + cookie.len() < COOKIES_MAX {
                kept.extend_from_slice(cookie);
                kept.push(b';');
            }
        }
    }
    kept
}

/// The letters in this order are enough for the glue.
fn expects_continue(value: &[u8]) -> bool {
    let mut left = value.iter().map(u8::to_ascii_lowercase);
    b"100-continue".iter().all(|wanted| left.any(|byte| byte == *wanted))
}

/// Who has sent the request, and to whom.
struct Origin {
    host: Option<Vec<u8>>,
    origin: Option<Vec<u8>>,
    is_ambiguous: bool,
}

impl Origin {
    fn of(headers: &[Header<'_>]) -> Self {
        let last = |name| values(headers, name).last().map(<[u8]>::to_ascii_lowercase);
        let are_many = |name| values(headers, name).count() > 1;
        let is_ambiguous = are_many("host") || are_many("origin");
        Self { host: last("host"), origin: last("origin"), is_ambiguous }
    }

    fn is_elsewhere(&self) -> Option<bool> {
        let host = self.host.as_deref().filter(|_| self.origin.is_none() || self.is_same());
        (!self.is_ambiguous).then(|| host.is_some_and(|host| !is_local(host)))
    }

    /// Whether the request is for the site whose page has sent it.
    fn is_same(&self) -> bool {
        let (Some(host), Some(origin)) = (&self.host, &self.origin) else { return false };
        !self.is_ambiguous
            && host.len() <= AUTHORITY_MAX
            && origin.strip_prefix(b"http://") == Some(host)
    }

    /// A page of the device itself has the device's address as its origin.
    fn is_foreign(&self) -> bool {
        let is_local = self.host.as_deref().is_some_and(is_local);
        self.origin.is_some() && !(self.is_same() && is_local)
    }
}

fn is_local(host: &[u8]) -> bool {
    let host = &host[..host.len().min(AUTHORITY_MAX)];
    if host.starts_with(b"[") {
        return true;
    }
    let name = host.split(|byte| *byte == b':').next().unwrap_or_default();
    let is_address = !name.is_empty() && name.iter().all(|c| c.is_ascii_digit() || *c == b'.');
    let is_in_local = name.len() > b".local".len() && name.ends_with(b".local");
    is_address || is_in_local || name == b"localhost"
}

/// Reads the body. Returns its content, and how many bytes it takes.
fn body(headers: &[Header<'_>], bytes: &[u8]) -> (Verdict, Vec<u8>, usize) {
    let refused = (Verdict::NoEnd, Vec::new(), 0);
    let lengths: Vec<_> = values(headers, "content-length").collect();
    let codings: Vec<_> = values(headers, "transfer-encoding").collect();
    match (&lengths[..], &codings[..]) {
        ([], []) => (Verdict::Whole, Vec::new(), 0),
        // Zephyr's parser leaves the spaces out, and takes no digits for 0.
        ([length], [])
            if length.iter().all(|c| *c == b' ' || c.is_ascii_digit()) && !is_number(length) =>
        {
            (Verdict::Irregular, Vec::new(), 0)
        }
        ([length], []) => {
            let length = str::from_utf8(length).ok().filter(|text| is_number(text.as_bytes()));
            let Some(length) = length.and_then(|text| text.parse::<usize>().ok()) else {
                return refused;
            };
            match bytes.get(..length) {
                Some(body) => (Verdict::Whole, body.to_vec(), length),
                None => (Verdict::Part, Vec::new(), 0),
            }
        }
        ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => chunks(bytes),
        // No client of the protocol has another coding. Zephyr's parser takes the body for empty.
        (_, [_, ..]) if !codings.iter().any(|coding| coding.eq_ignore_ascii_case(b"chunked")) => {
            (Verdict::Irregular, Vec::new(), 0)
        }
        _ => refused,
    }
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn chunks(bytes: &[u8]) -> (Verdict, Vec<u8>, usize) {
    let (mut body, mut at) = (Vec::new(), 0);
    let nothing = |verdict| (verdict, Vec::new(), 0);
    loop {
        let (next, size) = match httparse::parse_chunk_size(&bytes[at..]) {
            Ok(Status::Complete(found)) => found,
            Ok(Status::Partial) => return nothing(Verdict::Part),
            Err(_) => return nothing(Verdict::Irregular),
        };
        at += next;
        if size == 0 {
            break;
        }
        let Some(end) = usize::try_from(size).ok().and_then(|size| at.checked_add(size)) else {
            return nothing(Verdict::Part);
        };
        let Some(chunk) = bytes.get(at..end) else { return nothing(Verdict::Part) };
        body.extend_from_slice(chunk);
        match bytes.get(end..end + 2) {
            Some(b"\r\n") => at = end + 2,
            Some(_) => return nothing(Verdict::Irregular),
            None => return nothing(Verdict::Part),
        }
    }
    // Trailers, which have a header's form and no meaning.
    let mut trailers = [EMPTY_HEADER; 8];
    match httparse::parse_headers(&bytes[at..], &mut trailers) {
        Ok(Status::Complete((end, _))) => (Verdict::Whole, body, at + end),
        Ok(Status::Partial) => nothing(Verdict::Part),
        Err(_) => nothing(Verdict::Irregular),
    }
}
