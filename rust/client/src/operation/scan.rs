//! Scans for networks, with paged results.

use alloc::vec::Vec;
use core::time::Duration;

use netprov_messages::network_scan_payload::Payload;
use netprov_messages::{
    CmdScanThreadResult, CmdScanThreadStart, CmdScanThreadStatus, CmdScanWifiResult,
    CmdScanWifiStart, CmdScanWifiStatus, Message as _, NetworkScanMsgType as Type,
    NetworkScanPayload, Status,
};
use zeroize::Zeroizing;

use super::thread::ThreadNetwork;
use super::wifi::WifiNetwork;
use super::{Notice, Operation, Request, Step, endpoint};
use crate::Error;

/// Most networks accepted; no device keeps more.
const NETWORKS_MAX: u32 = 255;

/// Time between two requests for the scan status.
const INTERVAL: Duration = Duration::from_millis(500);

/// Scan parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// Whether the device responds to the first request only after the scan has finished.
    pub blocking: bool,
    /// Whether the device only listens (passive scan).
    pub passive: bool,
    /// Number of channels scanned at a time, with a pause for the access point in between; 0 means
    /// all.
    pub group_channels: u32,
    /// Time per channel in milliseconds.
    pub period_ms: u32,
    /// Networks per page. A response over Bluetooth LE has room for four with the longest names.
    pub page: u32,
    /// Time limit for the whole operation.
    pub limit: Duration,
}

impl Default for ScanOptions {
    /// The parameters that the phone apps use.
    fn default() -> Self {
        Self {
            blocking: true,
            passive: false,
            group_channels: 0,
            period_ms: 120,
            page: 4,
            limit: Duration::from_secs(60),
        }
    }
}

/// Scans for Wi-Fi networks.
pub struct ScanWifi(Scan<WifiNetwork>);

/// Scans for Thread networks.
pub struct ScanThread(Scan<ThreadNetwork>);

/// A network type: its messages, and how to read a page of results.
trait ScanEntry: Sized {
    const RESPONSES: [Type; 3];
    fn start(options: &ScanOptions) -> (Type, Payload);
    fn status() -> (Type, Payload);
    fn page(start_index: u32, count: u32) -> (Type, Payload);
    /// Returns whether the scan has finished, and the number of networks.
    fn read_status(payload: Payload) -> Option<(bool, u32)>;
    fn is_start(payload: &Payload) -> bool;
    fn read_page(payload: Payload) -> Option<Vec<Self>>;
}

struct Scan<N> {
    options: ScanOptions,
    began: Option<Duration>,
    next: Next,
    announced: u32,
    /// Number of networks requested with the current page.
    requested: u32,
    found: Vec<N>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Start,
    Started,
    Wait,
    Status,
    StatusSent,
    Announce,
    Page,
    PageSent,
    Done,
}

impl<N: ScanEntry> Scan<N> {
    fn new(options: ScanOptions) -> Self {
        Self {
            options,
            began: None,
            next: Next::Start,
            announced: 0,
            requested: 0,
            found: Vec::new(),
        }
    }

    fn poll(&mut self, now: Duration) -> Result<Step<Vec<N>>, Error> {
        let began = *self.began.get_or_insert(now);
        if now.saturating_sub(began) >= self.options.limit && self.next != Next::Done {
            return Err(Error::TimedOut { what: "the scan" });
        }
        match self.next {
            Next::Start => {
                self.next = Next::Started;
                Ok(send(N::start(&self.options)))
            }
            Next::Wait => {
                self.next = Next::Status;
                Ok(Step::Wait(INTERVAL))
            }
            Next::Status => {
                self.next = Next::StatusSent;
                Ok(send(N::status()))
            }
            Next::Announce => {
                self.next = if self.announced == 0 { Next::Done } else { Next::Page };
                Ok(Step::Notice(Notice::Found { count: self.announced }))
            }
            Next::Page => {
                self.next = Next::PageSent;
                let start = self.next_index();
                self.requested = self.announced.saturating_sub(start).min(self.options.page.max(1));
                Ok(send(N::page(start, self.requested)))
            }
            Next::Done => Ok(Step::Done(core::mem::take(&mut self.found))),
            Next::Started | Next::StatusSent | Next::PageSent => Err(unexpected()),
        }
    }

    /// Index of the next page's first network, at most `NETWORKS_MAX`.
    fn next_index(&self) -> u32 {
        u32::try_from(self.found.len()).unwrap_or(NETWORKS_MAX)
    }

    fn receive(&mut self, response: &[u8]) -> Result<(), Error> {
        let [start, status, page] = N::RESPONSES;
        match self.next {
            Next::Started => {
                if !N::is_start(&decode(response, start, "scan")?) {
                    return Err(unexpected());
                }
                self.next = Next::Status;
            }
            Next::StatusSent => {
                let payload = decode(response, status, "report its scan status")?;
                let (ended, count) = N::read_status(payload).ok_or_else(unexpected)?;
                if count > NETWORKS_MAX {
                    return Err(too_much());
                }
                self.announced = count;
                self.next = if ended { Next::Announce } else { Next::Wait };
            }
            Next::PageSent => {
                let payload = decode(response, page, "list the networks")?;
                let entries = N::read_page(payload).ok_or_else(unexpected)?;
                if entries.len() > self.requested as usize {
                    return Err(too_much());
                }
                // An empty page ends the list, whatever count was announced.
                let ended = entries.is_empty();
                self.found.extend(entries);
                let ended = ended || self.next_index() >= self.announced;
                self.next = if ended { Next::Done } else { Next::Page };
            }
            _ => return Err(unexpected()),
        }
        Ok(())
    }
}

fn send<T>((msg, payload): (Type, Payload)) -> Step<T> {
    let message = NetworkScanPayload { msg: msg as i32, status: 0, payload: Some(payload) };
    Step::Send(Request {
        endpoint: endpoint::SCAN.into(),
        message: Zeroizing::new(message.encode_to_vec()),
    })
}

fn decode(response: &[u8], expected: Type, command: &'static str) -> Result<Payload, Error> {
    let response = NetworkScanPayload::decode(response).map_err(|_| malformed())?;
    match Status::try_from(response.status) {
        Ok(Status::Success) => {}
        Ok(status) => return Err(Error::Refused { command, status }),
        Err(_) => return Err(malformed()),
    }
    match response.payload {
        Some(payload) if response.msg == expected as i32 => Ok(payload),
        _ => Err(unexpected()),
    }
}

fn malformed() -> Error {
    Error::Malformed { endpoint: endpoint::SCAN.into() }
}

fn unexpected() -> Error {
    Error::Unexpected { endpoint: endpoint::SCAN.into() }
}

fn too_much() -> Error {
    Error::LimitExceeded { endpoint: endpoint::SCAN.into() }
}

impl ScanEntry for WifiNetwork {
    const RESPONSES: [Type; 3] =
        [Type::TypeRespScanWifiStart, Type::TypeRespScanWifiStatus, Type::TypeRespScanWifiResult];

    fn start(options: &ScanOptions) -> (Type, Payload) {
        let command = CmdScanWifiStart {
            blocking: options.blocking,
            passive: options.passive,
            group_channels: options.group_channels,
            period_ms: options.period_ms,
        };
        (Type::TypeCmdScanWifiStart, Payload::CmdScanWifiStart(command))
    }

    fn status() -> (Type, Payload) {
        (Type::TypeCmdScanWifiStatus, Payload::CmdScanWifiStatus(CmdScanWifiStatus {}))
    }

    fn page(start_index: u32, count: u32) -> (Type, Payload) {
        let command = CmdScanWifiResult { start_index, count };
        (Type::TypeCmdScanWifiResult, Payload::CmdScanWifiResult(command))
    }

    fn is_start(payload: &Payload) -> bool {
        matches!(payload, Payload::RespScanWifiStart(_))
    }

    fn read_status(payload: Payload) -> Option<(bool, u32)> {
        match payload {
            Payload::RespScanWifiStatus(status) => {
                Some((status.scan_finished, status.result_count))
            }
            _ => None,
        }
    }

    fn read_page(payload: Payload) -> Option<Vec<Self>> {
        match payload {
            Payload::RespScanWifiResult(page) => {
                Some(page.entries.into_iter().map(Self::from).collect())
            }
            _ => None,
        }
    }
}

impl ScanEntry for ThreadNetwork {
    const RESPONSES: [Type; 3] = [
        Type::TypeRespScanThreadStart,
        Type::TypeRespScanThreadStatus,
        Type::TypeRespScanThreadResult,
    ];

    fn start(options: &ScanOptions) -> (Type, Payload) {
        // An empty mask means all channels.
        let command = CmdScanThreadStart { blocking: options.blocking, channel_mask: 0 };
        (Type::TypeCmdScanThreadStart, Payload::CmdScanThreadStart(command))
    }

    fn status() -> (Type, Payload) {
        (Type::TypeCmdScanThreadStatus, Payload::CmdScanThreadStatus(CmdScanThreadStatus {}))
    }

    fn page(start_index: u32, count: u32) -> (Type, Payload) {
        let command = CmdScanThreadResult { start_index, count };
        (Type::TypeCmdScanThreadResult, Payload::CmdScanThreadResult(command))
    }

    fn is_start(payload: &Payload) -> bool {
        matches!(payload, Payload::RespScanThreadStart(_))
    }

    fn read_status(payload: Payload) -> Option<(bool, u32)> {
        match payload {
            Payload::RespScanThreadStatus(status) => {
                Some((status.scan_finished, status.result_count))
            }
            _ => None,
        }
    }

    fn read_page(payload: Payload) -> Option<Vec<Self>> {
        match payload {
            Payload::RespScanThreadResult(page) => {
                Some(page.entries.into_iter().map(Self::from).collect())
            }
            _ => None,
        }
    }
}

macro_rules! scan {
    ($name:ident -> $network:ty) => {
        impl $name {
            /// Creates the operation.
            pub fn new(options: ScanOptions) -> Self {
                Self(Scan::new(options))
            }
        }

        impl Operation for $name {
            type Output = Vec<$network>;

            fn poll(&mut self, now: Duration) -> Result<Step<Self::Output>, Error> {
                self.0.poll(now)
            }

            fn receive(&mut self, response: &[u8]) -> Result<(), Error> {
                self.0.receive(response)
            }

            fn no_response(&mut self) -> Error {
                Error::NoResponse { endpoint: endpoint::SCAN.into() }
            }
        }
    };
}

scan!(ScanWifi -> WifiNetwork);
scan!(ScanThread -> ThreadNetwork);
