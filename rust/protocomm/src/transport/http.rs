//! HTTP: `POST /<endpoint>`, and the cookie that groups requests into a session.
//!
//! The cookie is `session=<number>` without attributes, because clients send back exactly what they
//! received. A request belongs to a session by its cookie or, for clients without cookies, by its
//! connection. Any other request starts a new session. That takes only a number; it affects no
//! other session.
//!
//! Only the peer that received a cookie can use it. Another peer that has read the cookie off the
//! air gets a new session.

use heapless::Vec;
use rand_core::TryCryptoRng;

use super::decimal;
use crate::limits::HTTP_COOKIES;
use crate::session::Peer;

/// Longest request body in bytes.
pub const BODY_MAX: usize = 4096;

/// Longest response in bytes.
pub const REPLY_MAX: usize = 4096;

/// A connection of the HTTP server, as the server numbers them. A number is not reused while the
/// server runs, unless [`Cookies::connection_closed`] is called first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub u32);

/// Which session a request belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The session's number.
    pub session: u32,
    /// The client has not presented the number, so it must be told.
    pub set_cookie: bool,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    session: u32,
    peer: Peer,
    /// The connection that may continue the session without a cookie.
    connection: Option<ConnectionId>,
}

/// The cookies that have been given out.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    /// The least recently used first.
    known: Vec<Known, HTTP_COOKIES>,
}

impl Cookies {
    /// No cookies.
    pub const fn new() -> Self {
        Self { known: Vec::new() }
    }

    /// Finds the session of a request from `peer` on this connection, or starts one.
    ///
    /// `cookie` is the value of the request's `Cookie` header, if there is one. `in_use` tells
    /// which sessions must not be forgotten to make room: the established one and those with a
    /// handshake in progress.
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
                // This client uses cookies, so a request without one on its connection is another
                // client's.
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
        // The code above has made room.
        let _ = self.known.push(Known { session, peer, connection: Some(connection) });
        Ok(Resolved { session, set_cookie: true })
    }

    /// Forgets a connection that has ended. Its session continues for a client with its cookie.
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
        // Clients use the highest number for "no session".
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
    // At most ten digits fit.
    let _ = value.push_str("session=");
    decimal::write(session, &mut value);
    value
}

/// The numbers of all cookies named `session` in a `Cookie` header. Skips cookies of other names
/// and values that are not exactly a number.
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

    /// Counts up, so that tests can predict the numbers.
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
        // Android sends the stale cookie and the new one together.
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
    fn the_highest_number_is_never_assigned() {
        let mut server = Server(Cookies::default(), Count(u32::MAX));
        assert_eq!(server.ask(A, None).0, 0);
    }

    #[test]
    fn unauthenticated_peers_do_not_displace_a_session_in_use() {
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
    fn the_end_of_a_connection_affects_no_other() {
        let mut server = Server::new();
        assert_eq!(server.ask(A, None), (100, true));
        server.0.connection_closed(B);
        assert_eq!(server.ask(A, None), (100, false));
    }

    #[test]
    fn a_number_is_assigned_once() {
        // A source that repeats the same bytes.
        let mut server = Server::new();
        for expected in 100..108 {
            server.1.0 = 100;
            assert_eq!(server.ask(ConnectionId(expected), None), (expected, true));
        }
        // A number that a session has is not reused even when its cookie is forgotten.
        let mut server = Server::new();
        let Ok(found) =
            server.0.resolve(A, Peer::UNKNOWN, None, |number| number == 100, &mut server.1);
        assert_eq!(found.session, 101);
    }
}
