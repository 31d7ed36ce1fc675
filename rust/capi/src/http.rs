//! Functions that the HTTP server calls, on the provisioning thread only.

use core::ffi::{c_char, c_int};

use protocomm::transport::http::{ConnectionId, Cookies, Resolved};
use protocomm::{Peer, SessionId, TransportId};

use crate::local::Local;
use crate::{owner, port, strings};

/// The cookies given out since boot. Not a part of the owner, so that images without HTTP do not
/// have it.
static COOKIES: Local<Cookies> = Local::new(Cookies::new());

/// @brief Finds the session of an HTTP request by its cookie, its connection and its peer.
///
/// A cookie that was given to another peer is ignored.
///
/// @param transport Number of the transport.
/// @param connection Number of the connection.
/// @param peer Number derived from the client's address.
/// @param cookie The `Cookie` header, or NULL if the request has none.
/// @param session Set to the number of the session.
///
/// @retval 0 The client knows the session number.
/// @retval 1 The response must tell the client the session number by `Set-Cookie`.
/// @retval -EIO Random numbers for a new session are not available.
/// @retval -EPERM The service is not running.
///
/// # Safety
///
/// `cookie` is NULL or a string; `session` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_http_find_session(
    transport: u8,
    connection: u32,
    peer: u32,
    cookie: *const c_char,
    session: *mut u32,
) -> c_int {
    let errno = port::errno();
    // SAFETY: the caller's promise.
    let cookie = unsafe { strings::text(cookie) };
    let found = owner::with(|owner| {
        let (protocomm, rng) = owner.manager.as_mut()?.protocomm_and_rng();
        let in_use = |number| protocomm.knows(SessionId::new(TransportId(transport), number));
        let connection = ConnectionId(connection);
        let cookies = COOKIES.lend();
        let found = cookies.resolve(connection, Peer::new(peer), cookie, in_use, rng);
        COOKIES.give_back();
        Some(found)
    });
    match found {
        Some(Ok(Resolved { session: number, set_cookie })) => {
            // SAFETY: the caller's promise.
            unsafe { session.write(number) };
            set_cookie.into()
        }
        Some(Err(_)) => -errno.eio,
        None => -errno.eperm,
    }
}

/// @brief Reports that an HTTP connection was closed.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_http_closed(connection: u32) {
    COOKIES.lend().connection_closed(ConnectionId(connection));
    COOKIES.give_back();
}
