//! The messages between the transports and the device.

use protocomm::Peer;
use protocomm::transport::http::ConnectionId;
use provisioning::RequestError;
use tokio::sync::oneshot;

use crate::faults::Change;
use crate::report::Transport;

/// A message from a transport.
pub enum Message {
    /// A request came in.
    Request(Incoming),
    /// A request to this endpoint was refused by its transport, for this reason.
    Refused(Transport, String, &'static str),
    /// An HTTP connection has ended.
    Closed(ConnectionId),
    /// Change the faults, all of these or none. The reply has the faults in effect, as JSON, or
    /// says why a change is invalid.
    Faults(Vec<Change>, oneshot::Sender<Result<String, String>>),
    /// There will be no more lines.
    ConsoleEnded,
}

/// A request.
pub struct Incoming {
    /// The transport.
    pub origin: Origin,
    /// The endpoint.
    pub endpoint: String,
    /// The message.
    pub message: Vec<u8>,
    /// Where to send the response.
    pub reply: oneshot::Sender<Answer>,
}

/// The transport of a request.
pub enum Origin {
    /// Over HTTP.
    Http {
        /// The connection.
        connection: ConnectionId,
        /// The client's address.
        peer: Peer,
        /// The cookies.
        cookie: Option<String>,
    },
    /// On the console.
    Console {
        /// The session number.
        session: u32,
    },
}

/// What a transport has to do with a request.
pub struct Answer {
    /// The response to send, or an error.
    pub result: Result<Vec<u8>, RequestError>,
    /// The number of a new session, for the client.
    pub new_session: Option<u32>,
    /// Whether the request belongs to the established session.
    pub in_session: bool,
}
