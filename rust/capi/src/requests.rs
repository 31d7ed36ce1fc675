//! Clients' requests: each in the one buffer that its response leaves from.

use core::ptr;

use protocomm::limits::CUSTOM_ENDPOINTS_MAX;
use protocomm::{Peer, SessionId};
use provisioning::{Call, Handled, Request, RequestError, RequestId};

use crate::owner::{self, as_callback, with_manager};
use crate::{port, strings};

/// Takes a request: the message is at the start of the buffer. Its response leaves before anything
/// else comes of it; that is for [`service::run`](crate::service::run), which the caller calls.
// Apart from the caller, as everything with secrets in it: `stack::wipe` has the reason.
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

/// Writes a response that was deferred, if the transport still waits for it.
pub(crate) fn respond(id: RequestId) {
    let Some(buffer) = port::buffer(id.0) else { return abandon(id) };
    let written = with_manager(|manager| manager.respond(id, buffer));
    port::respond(id.0, written.unwrap_or(Err(RequestError::NotRunning)));
}

/// Nobody waits for the response any more.
pub(crate) fn abandon(id: RequestId) {
    with_manager(|manager| manager.abandon(id));
}

/// Runs the application's handler on the request in the buffer, and puts its answer there. The
/// length of the response.
fn answer(call: Call, buffer: &mut [u8]) -> Result<usize, RequestError> {
    // Without a place for one, the rest is not linked.
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
            // nobody else uses during the call, and two places to write to.
            unsafe { handler(context, input, call.length, &mut output, &mut length) }
        });
        if error == 0 {
            if output.is_null() {
                length = 0;
            }
            // What does not fit is not copied, and fails the request.
            if let Some(place) = buffer.get_mut(..length) {
                // SAFETY: the handler says that there are so many bytes.
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
