//! Runs an operation against scripted responses.

use std::collections::VecDeque;
use std::time::Duration;

use netprov_client::{Client, Error, Notice, Operation, Step};

/// The record of a run.
pub struct Run<T> {
    pub outcome: Result<T, Error>,
    /// Requests sent: endpoint and bytes.
    pub sent: Vec<(String, Vec<u8>)>,
    pub notices: Vec<Notice>,
    /// Total time of all waits.
    pub waited: Duration,
}

/// Runs `operation` in the session of `client`. Each request gets the next of `responses`; `None`
/// means no response. The last response is repeated.
pub fn run_in<O: Operation>(
    client: &mut Client,
    operation: &mut O,
    responses: impl IntoIterator<Item = Option<Vec<u8>>>,
) -> Run<O::Output> {
    let mut responses: VecDeque<_> = responses.into_iter().collect();
    let mut run = Run {
        outcome: Err(Error::Random),
        sent: Vec::new(),
        notices: Vec::new(),
        waited: Duration::ZERO,
    };
    run.outcome = loop {
        // Fails the test if the operation never ends.
        assert!(run.sent.len() < 10_000, "endless operation");
        match client.poll(operation, run.waited) {
            Err(error) => break Err(error),
            Ok(Step::Done(output)) => break Ok(output),
            Ok(Step::Notice(notice)) => run.notices.push(notice),
            Ok(Step::Wait(time)) => run.waited += time,
            Ok(Step::Send(request)) => {
                run.sent.push((request.endpoint.to_string(), request.message.to_vec()));
                let response = match responses.len() {
                    0 => None,
                    1 => responses[0].clone(),
                    _ => responses.pop_front().unwrap(),
                };
                match response {
                    None => break Err(operation.no_response()),
                    Some(response) => {
                        if let Err(error) = client.receive(operation, &response) {
                            break Err(error);
                        }
                    }
                }
            }
        }
    };
    run
}

/// Runs `operation` in a session of security 0, where messages are readable.
pub fn run<O: Operation>(
    operation: &mut O,
    responses: impl IntoIterator<Item = Option<Vec<u8>>>,
) -> Run<O::Output> {
    let mut client = Client::new();
    let scheme = netprov_client::Scheme::Security0;
    let mut handshake = netprov_client::Handshake::new(scheme, |_: &mut [u8]| Ok(()));
    let response = crate::bytes(&crate::vectors()["sec0_resp"]);
    let channel = run_in(&mut client, &mut handshake, [Some(response)]).outcome.unwrap();
    client.establish(channel);
    run_in(&mut client, operation, responses)
}
