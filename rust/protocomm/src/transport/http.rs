//! HTTP: `POST /<endpoint>`, and the cookie that makes requests a session.
//!
//! The cookie is `session=<number>` without attributes, because clients send back what they got
//! word for word. A request belongs to a session by its cookie or, for clients that have no
//! cookies, by the connection it came on; in all other cases it begins a new session. Beginning
//! one costs a number: no other session is touched by it.
//!
//! A cookie is of use to the peer alone that it was given to: another peer that has read it off the
//! air gets a new session.

use heapless::Vec;
use rand_core::TryCryptoRng;

use super::decimal;
use crate::limits::HTTP_COOKIES;
use crate::session::Peer;

/// Longest request body in bytes.
pub const BODY_MAX: usize = 4096;

/// Longest answer in bytes.
pub const REPLY_MAX: usize = 4096;

/// A connection of the HTTP server, as the server numbers them. Numbers are not used again while
/// the server runs, or [`Cookies::connection_closed`] is called before they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub u32);

/// Which session a request belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The session's number.
    pub session: u32,
    /// The client must be told the number: it has not presented it.
    pub set_cookie: bool,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    session: u32,
    peer: Peer,
    /// The connection that may go on without a cookie.
    connection: Option<ConnectionId>,
}

/// The cookies that have been given out.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    /// The least recently used first.
    known: Vec<Known, HTTP_COOKIES>,
}

impl Cookies {
    /// Finds the session of a request of `peer` on this connection, or begins one.
    ///
    /// `cookie` is the value of the request's `Cookie` header, if it has one. `in_use` tells
    /// which sessions must not be forgotten to make room: the established one and those that
    /// are shaking hands.
    pub fn resolve<R: TryCryptoRng + ?Sized>(
        &mut self,
        connection: ConnectionId,
        peer: Peer,
        cookie: Option<&str>,
        in_use: impl Fn(u32) -> bool,
        rng: &mut R,
    ) -> Result<Resolved, R::Error> {
        let mut has_cookie = false;
        for number in session_numbers(cookie.unwrap_or_default()) {
            has_cookie = true;
            let is_it = |known: &Known| known.session == number && known.peer == peer;
            if let Some(at) = self.known.iter().position(is_it) {
                // This client has cookies; another one may come without on its connection.
                let session = self.used(at, None);
                return Ok(Resolved { session, set_cookie: false });
            }
        }
        if !has_cookie
            && let Some(at) = self.known.iter().position(|k| k.connection == Some(connection))
        {
            let session = self.used(at, Some(connection));
            return Ok(Resolved { session, set_cookie: false });
        }
        let session = self.fresh_number(&in_use, rng)?;
        self.connection_closed(connection);
        if self.known.is_full() {
            let idle = self.known.iter().position(|known| !in_use(known.session));
            self.known.remove(idle.unwrap_or(0));
        }
        // There is room now.
        let _ = self.known.push(Known { session, peer, connection: Some(connection) });
        Ok(Resolved { session, set_cookie: true })
    }

    /// A connection has ended. Its session goes on for clients that have the cookie.
    pub fn connection_closed(&mut self, connection: ConnectionId) {
        for known in &mut self.known {
            known.connection = known.connection.filter(|other| *other != connection);
        }
    }

    fn used(&mut self, at: usize, connection: Option<ConnectionId>) -> u32 {
        let known = self.known.remove(at);
        let _ = self.known.push(Known { connection, ..known });
        known.session
    }

    fn fresh_number<R: TryCryptoRng + ?Sized>(
        &self,
        in_use: impl Fn(u32) -> bool,
        rng: &mut R,
    ) -> Result<u32, R::Error> {
        let mut number = rng.try_next_u32()?;
        // Clients keep the highest number for "no session".
        while number == u32::MAX || in_use(number) || self.known.iter().any(|k| k.session == number)
        {
            number = number.wrapping_add(1);
        }
        Ok(number)
    }
}

/// The value for `Set-Cookie`.
pub fn set_cookie(session: u32) -> heapless::String<18> {
    let mut value = heapless::String::new();
    // With ten digits at most it fits.
    let _ = value.push_str("session=");
    decimal::write(session, &mut value);
    value
}

/// The numbers of all cookies named `session` in a `Cookie` header. Cookies of other names are
/// not for us, and neither is a number with anything around it.
fn session_numbers(header: &str) -> impl Iterator<Item = u32> {
    header.as_bytes().split(|byte| *byte == b';').filter_map(|pair| {
        let value = pair.trim_ascii_start().strip_prefix(b"session")?;
        let value = value.trim_ascii_start().strip_prefix(b"=")?;
        decimal::parse(value.trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;

    use super::*;

    /// Counts up, so that a test can tell the numbers.
    struct Count(u32);

    impl rand_core::TryRng for Count {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            let number = self.0;
            self.0 = self.0.wrapping_add(1);
            Ok(number)
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            self.try_next_u32().map(u64::from)
        }
        fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
            dst.fill(0);
            Ok(())
        }
    }
    impl TryCryptoRng for Count {}

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    struct Server(Cookies, Count);

    impl Server {
        fn new() -> Self {
            Self(Cookies::default(), Count(100))
        }
        fn ask(&mut self, connection: ConnectionId, cookie: Option<&str>) -> (u32, bool) {
            let Ok(found) =
                self.0.resolve(connection, Peer::UNKNOWN, cookie, |_| false, &mut self.1);
            (found.session, found.set_cookie)
        }
    }

    #[test]
    fn the_cookie_has_no_attributes() {
        assert_eq!(set_cookie(u32::MAX), "session=4294967295");
    }

    #[test]
    fn a_cookie_names_its_session_on_any_connection() {
        let mut server = Server::new();
        assert_eq!(server.ask(A, None), (100, true));
        assert_eq!(server.ask(B, Some("session=100")), (100, false));
    }

    #[test]
    fn a_client_without_cookies_goes_on_by_its_connection() {
        let mut server = Server::new();
        assert_eq!(server.ask(A, None), (100, true));
        assert_eq!(server.ask(A, None), (100, false));
        assert_eq!(server.ask(A, Some("theme=dark")), (100, false));
        assert_eq!(server.ask(B, None), (101, true));
        server.0.connection_closed(A);
        assert_eq!(server.ask(A, None), (102, true));
    }

    #[test]
    fn a_client_with_cookies_is_no_longer_known_by_its_connection() {
        let mut server = Server::new();
        server.ask(A, None);
        server.ask(A, Some("session=100"));
        assert_eq!(server.ask(A, None), (101, true));
    }

    #[test]
    fn a_stale_cookie_begins_a_session() {
        let mut server = Server::new();
        assert_eq!(server.ask(A, Some("session=7")), (100, true));
        // Android joins the stale cookie and the new one.
        assert_eq!(server.ask(B, Some("session=7; session=100")), (100, false));
    }

    #[test]
    fn a_cookie_is_of_no_use_to_another_peer() {
        let mut server = Server::new();
        let (one, other) = (Peer::new(1), Peer::new(2));
        let mut ask = |connection, peer, cookie| {
            let Ok(found) = server.0.resolve(connection, peer, cookie, |_| false, &mut server.1);
            (found.session, found.set_cookie)
        };
        assert_eq!(ask(A, one, None), (100, true));
        assert_eq!(ask(B, other, Some("session=100")), (101, true));
        assert_eq!(ask(A, one, Some("session=100")), (100, false));
    }

    #[test]
    fn a_cookie_must_match_as_a_whole() {
        for header in [
            "xsession=100",
            "session=100x",
            "session=+100",
            "session= 1 00",
            "session=",
            "a=session=100",
            "session=4294967396",
        ] {
            let mut server = Server::new();
            server.ask(A, None);
            assert_eq!(server.ask(B, Some(header)), (101, true), "{header}");
        }
    }

    #[test]
    fn the_highest_number_is_never_given() {
        let mut server = Server(Cookies::default(), Count(u32::MAX));
        assert_eq!(server.ask(A, None).0, 0);
    }

    #[test]
    fn strangers_do_not_crowd_out_a_session_in_use() {
        let mut server = Server::new();
        assert_eq!(server.ask(A, None), (100, true));
        for n in 0..1000 {
            let connection = ConnectionId(10 + n);
            let Ok(_) =
                server.0.resolve(connection, Peer::UNKNOWN, None, |s| s == 100, &mut server.1);
        }
        assert_eq!(server.ask(B, Some("session=100")), (100, false));
    }

    #[test]
    fn a_connection_that_ends_takes_no_other_with_it() {
        let mut server = Server::new();
        assert_eq!(server.ask(A, None), (100, true));
        server.0.connection_closed(B);
        assert_eq!(server.ask(A, None), (100, false));
    }

    #[test]
    fn a_number_is_given_once() {
        // A source that says the same over and over.
        let mut server = Server::new();
        for expected in 100..108 {
            server.1.0 = 100;
            assert_eq!(server.ask(ConnectionId(expected), None), (expected, true));
        }
        // Nor one that a session has, even if its cookie is forgotten.
        let mut server = Server::new();
        let Ok(found) =
            server.0.resolve(A, Peer::UNKNOWN, None, |number| number == 100, &mut server.1);
        assert_eq!(found.session, 101);
    }
}
