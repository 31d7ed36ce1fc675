//! Requests of clients. Each has one buffer, which also receives the response.

use core::ptr;

use protocomm::limits::CUSTOM_ENDPOINTS_MAX;
use protocomm::{Peer, SessionId};
use provisioning::{Call, Handled, Request, RequestError, RequestId};

use crate::owner::{self, as_callback, with_manager};
use crate::{port, strings};

/// Handles a request, which is at the start of the buffer, and sends its response. The caller then
/// calls [`service::run`](crate::service::run) for everything else that follows from it.
// In a stack frame of its own, like all code that handles secrets: see `stack::wipe`.
#[inline(never)]
pub(crate) fn take(
    id: RequestId,
    (session, peer): (SessionId, Peer),
    endpoint: &str,
    buffer: &mut [u8],
    length: usize,
) {
    let request = Request { id, session, peer, endpoint, buffer: &mut *buffer, length };
    let handled = with_manager(|manager| manager.request(port::now(), request));
    let result = match handled.unwrap_or(Err(RequestError::NotRunning)) {
        Ok(Handled::Response(length)) => Ok(length),
        Ok(Handled::Call(call)) => answer(call, buffer),
        Ok(Handled::Deferred) => return,
        Err(error) => Err(error),
    };
    port::respond(id.0, result);
}

/// Writes a deferred response, if the transport still waits for it.
pub(crate) fn respond(id: RequestId) {
    let Some(buffer) = port::buffer(id.0) else { return abandon(id) };
    let written = with_manager(|manager| manager.respond(id, buffer));
    port::respond(id.0, written.unwrap_or(Err(RequestError::NotRunning)));
}

/// Drops a deferred request that the transport has abandoned.
pub(crate) fn abandon(id: RequestId) {
    with_manager(|manager| manager.abandon(id));
}

/// Runs the application's handler on the request in the buffer, and writes its response there.
/// Returns the length of the response.
fn answer(call: Call, buffer: &mut [u8]) -> Result<usize, RequestError> {
    // Without room for endpoints, the rest is not linked.
    let handler = owner::with(|owner| {
        if CUSTOM_ENDPOINTS_MAX == 0 {
            return None;
        }
        let handlers = &owner.app.handlers;
        let handler = handlers.iter().find(|handler| handler.endpoint == call.endpoint)?;
        Some((handler.handler?, handler.context))
    });
    let mut answered = None;
    if let Some((handler, context)) = handler {
        let input = if call.length == 0 { ptr::null() } else { buffer.as_ptr() };
        let (mut output, mut length) = (ptr::null_mut(), 0);
        let error = as_callback(|| {
            // SAFETY: the application's handler, with its context, a buffer of this length, which
            // nothing else uses during the call, and two writable results.
            unsafe { handler(context, input, call.length, &mut output, &mut length) }
        });
        if error == 0 {
            if output.is_null() {
                length = 0;
            }
            // A response that does not fit is not copied, and fails the request.
            if let Some(place) = buffer.get_mut(..length) {
                // SAFETY: the handler has returned this length.
                place.copy_from_slice(unsafe { strings::array(output, length) });
            }
            answered = Some(length);
        }
        port::free(output);
    }
    let sealed = with_manager(|manager| match answered {
        Some(length) => manager.answer(call.ticket, buffer, length),
        None => Err(manager.answer_failed(call.ticket)),
    });
    sealed.unwrap_or(Err(RequestError::NotRunning))
}
