//! A run during its recording.

use protocomm::Instant;
use provisioning::RequestError;
use script::{Input, Player, Response, Step, text};
use sim::Client;

/// A run, and the device that it runs on.
pub(crate) struct Recording {
    player: Player,
    now: u64,
    /// The longest message of the transport, in bytes.
    carrier: usize,
    bytes: Vec<u8>,
}

/// A client and its transport session.
pub(crate) struct Peer {
    pub(crate) session: u32,
    pub(crate) client: Client,
}

/// The result of a step.
pub(crate) struct Outcome {
    response: Option<Result<Vec<u8>, RequestError>>,
    refused: bool,
}

impl Recording {
    /// A run over a transport that carries messages of up to `carrier` bytes.
    pub(crate) fn new(carrier: usize) -> Self {
        Self { player: Player::new(), now: 1000, carrier, bytes: Vec::new() }
    }

    /// The run as bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn carrier(&self) -> usize {
        self.carrier
    }

    /// Performs a step.
    pub(crate) fn step(&mut self, name: &str, input: Input<'_>) -> Outcome {
        self.now += 1;
        self.player.receive(&input);
        let refused = self.player.apply(self.now, &input).is_err();
        let response = self.player.response().map(|result| result.map(<[u8]>::to_vec));
        let outputs = self.player.outputs().to_vec();
        let responds = response.is_some();
        let effects = u32::try_from(outputs.len()).expect("a call leaves few outputs");
        self.write(&Step { name, now: self.now, input, refused, responds, effects });
        match &response {
            Some(Ok(bytes)) => self.write(&Response::Sent(bytes)),
            Some(Err(error)) => self.write(&Response::Failed(&format!("{error:?}"))),
            None => {}
        }
        for output in outputs {
            self.write(&text(&output).as_str());
        }
        Outcome { response, refused }
    }

    /// Advances the time of the next step by `ms` milliseconds.
    pub(crate) fn let_pass(&mut self, ms: u64) {
        self.now += ms;
    }

    /// Lets time pass until something is due, and performs it.
    pub(crate) fn timeout(&mut self, name: &str) -> Outcome {
        let due = self.player.manager().next_timeout().map(Instant::as_millis);
        self.now = self.now.max(due.expect("something is to come").saturating_sub(1));
        self.step(name, Input::Timeout)
    }

    /// Sends bytes unchanged.
    pub(crate) fn send(
        &mut self,
        name: &str,
        session: u32,
        endpoint: &str,
        message: &[u8],
    ) -> Outcome {
        let reply_max = u32::try_from(self.carrier).expect("transports carry little");
        self.step(name, Input::Request { session, endpoint, message, reply_max })
    }

    /// Sends the next handshake message of a client.
    pub(crate) fn handshake(&mut self, name: &str, peer: &mut Peer) -> Outcome {
        let message = peer.client.handshake_message().expect("the handshake is not at its end");
        let outcome = self.send(name, peer.session, "prov-session", &message);
        if let Some(Ok(reply)) = &outcome.response {
            peer.client.handle(reply).expect("the device does its part");
        }
        outcome
    }

    /// Sends the next handshake message of a client with a bit of its proof changed, `from_end` bytes
    /// before the end of the message, where the proof is.
    pub(crate) fn wrong_proof(&mut self, name: &str, peer: &mut Peer, from_end: usize) -> Outcome {
        let mut message = peer.client.handshake_message().expect("the handshake is not at its end");
        let at = message.len() - 1 - from_end;
        message[at] ^= 1;
        self.send(name, peer.session, "prov-session", &message)
    }

    /// Performs a whole handshake.
    pub(crate) fn establish(&mut self, session: u32, pop: &[u8]) -> Peer {
        self.establish_as(Peer::new(session, pop))
    }

    /// Performs a handshake with a client of any scheme.
    pub(crate) fn establish_as(&mut self, mut peer: Peer) -> Peer {
        self.handshake("handshake command 0", &mut peer).reply();
        self.handshake("handshake command 1", &mut peer).reply();
        assert!(peer.client.is_established());
        peer
    }

    /// Seals a request and sends it.
    pub(crate) fn request(
        &mut self,
        name: &str,
        peer: &mut Peer,
        endpoint: &str,
        plain: Vec<u8>,
    ) -> Outcome {
        let message = peer.client.seal(plain);
        self.send(name, peer.session, endpoint, &message)
    }

    /// Sends a request and opens its response.
    pub(crate) fn ask(
        &mut self,
        name: &str,
        peer: &mut Peer,
        endpoint: &str,
        plain: Vec<u8>,
    ) -> Vec<u8> {
        let sealed = self.request(name, peer, endpoint, plain).reply();
        peer.client.open(sealed).expect("the response is the device's")
    }

    fn write(&mut self, part: &impl serde::Serialize) {
        let bytes = postcard::to_allocvec(part).expect("a step can be written");
        self.bytes.extend(bytes);
    }
}

impl Peer {
    /// A client with a key of its own.
    pub(crate) fn new(session: u32, pop: &[u8]) -> Self {
        let mut private = [0x5a; 32];
        private[..4].copy_from_slice(&session.to_le_bytes());
        Self { session, client: Client::sec1(pop, private) }
    }
}

impl Outcome {
    /// Requires a response and returns it.
    #[track_caller]
    pub(crate) fn reply(self) -> Vec<u8> {
        self.response.expect("a response is due").expect("the response is no error")
    }

    /// Requires this error in place of a response.
    #[track_caller]
    pub(crate) fn fails(self, error: impl Into<RequestError>) {
        assert_eq!(self.response, Some(Err(error.into())));
    }

    /// Requires that there is no response yet and that the call was not refused.
    #[track_caller]
    pub(crate) fn quiet(self) {
        assert!(self.response.is_none() && !self.refused);
    }

    /// Whether the manager refused the call.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }
}
