//! What the transports and the device tell each other.

use protocomm::Peer;
use protocomm::transport::http::ConnectionId;
use provisioning::RequestError;
use tokio::sync::oneshot;

use crate::faults::Change;
use crate::report::Transport;

/// What a transport says.
pub enum Message {
    /// A request came in.
    Request(Incoming),
    /// A request to this endpoint was refused by its transport, for this reason.
    Refused(Transport, String, &'static str),
    /// An HTTP connection has ended.
    Closed(ConnectionId),
    /// The faults are to change, all of these or none. The reply is the faults in effect, as JSON,
    /// or why a change makes no sense.
    Faults(Vec<Change>, oneshot::Sender<Result<String, String>>),
    /// There will be no more lines.
    ConsoleEnded,
}

/// A request.
pub struct Incoming {
    /// How it came.
    pub origin: Origin,
    /// The endpoint it is for.
    pub endpoint: String,
    /// What the client wrote.
    pub message: Vec<u8>,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Answer>,
}

/// How a request came.
pub enum Origin {
    /// Over HTTP.
    Http {
        /// On this connection.
        connection: ConnectionId,
        /// From this address.
        peer: Peer,
        /// With these cookies.
        cookie: Option<String>,
    },
    /// On the console.
    Console {
        /// With this session number.
        session: u32,
    },
}

/// What a transport is to do with a request.
pub struct Answer {
    /// Send this, or signal an error.
    pub result: Result<Vec<u8>, RequestError>,
    /// Tell the client that this is the number of its session.
    pub new_session: Option<u32>,
    /// It was a request of the established session.
    pub in_session: bool,
}
