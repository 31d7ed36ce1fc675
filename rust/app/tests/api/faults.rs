//! Each call to the platform fails once: an honest run is repeated, and in run *n* the *n*-th call
//! that may fail does, until a run ends before call *n*.
//!
//! After each run the service can be stopped, nothing is left over, the store holds the old or the
//! new credentials, and the next run is an honest one without faults.

use std::time::Duration;

use netprov_app::{Error, Event, Provisioner, Security};
use netprov_host::Device;
use sim::Client;
use sim::client::sec2;

#[cfg(feature = "thread")]
use self::mesh as network;
#[cfg(not(feature = "thread"))]
use self::radio as network;
use crate::phone::Phone;
use crate::{Events, NAME, PROOF};

/// Longer than the service stays after a success, and than an attempt.
const A_WHILE: Duration = Duration::from_secs(60);
const SALT: [u8; 16] = [7; 16];
const USER: &[u8] = b"owner";
const PASSWORD: &[u8] = b"a password";

/// The calls of a run that succeeds, without repetitions.
const COMMON: [&str; 5] = ["start", "random", "k_malloc", "buffer", "erase"];

/// A scheme, and how to make clients for it.
struct Scheme<'a> {
    security: Security<'a>,
    client: fn(u8) -> Client,
}

impl Scheme<'_> {
    fn phone<'a>(&self, device: &'a Device, number: u8) -> Phone<'a> {
        Phone::with(device, (self.client)(number)).on(number.into())
    }
}

#[test]
fn each_call_fails_once_under_security_1() {
    let client = |number| Client::sec1(PROOF.to_bytes(), [number; 32]);
    walk(&Scheme { security: Security::One(Some(PROOF)), client });
}

#[test]
fn each_call_fails_once_under_security_2() {
    let verifier = sec2::verifier(&SALT, USER, PASSWORD);
    let client = |number| Client::sec2(USER, PASSWORD, [number; 32]);
    walk(&Scheme { security: Security::Two { salt: &SALT, verifier: &verifier }, client });
}

fn walk(scheme: &Scheme<'_>) {
    for n in 1.. {
        let device = Device::new();
        network::set_up(&device);
        let (builder, events) = Events::builder();
        let builder = builder.endpoint(c"echo", |_, request| Ok(request.to_vec()));
        let provisioner = builder.init().unwrap();
        device.fail_call(n);
        let result = run(&device, &provisioner, scheme);
        let calls = device.calls();
        device.fail_call(0);
        let context = format!("call {n} of {calls:?}: {result:?}, {:?}", events.take());
        if calls.len() < n {
            assert_eq!(result, Ok(()), "{context}");
            for function in COMMON.iter().chain(network::CALLS) {
                assert!(calls.contains(function), "{function} was not called: {context}");
            }
            return;
        }
        check(&device, &provisioner, result.is_ok(), &context);
        again(&device, &provisioner, scheme, &context);
        drop(provisioner);
        let last = events.take().pop();
        assert_eq!(last, Some(Event::Deinit), "{context}");
        assert_eq!((device.unanswered(), device.allocated()), (0, 0), "{context}");
    }
}

/// What went wrong in a run: an error of the API, or a step of the client.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    Api(Error),
    Client(&'static str),
}

/// The device connects with what is stored, is given other credentials by a client, and forgets
/// them in the end.
fn run(device: &Device, provisioner: &Provisioner, scheme: &Scheme<'_>) -> Result<(), Failure> {
    device.let_time_pass();
    provisioner.connect().map_err(Failure::Api)?;
    provisioner.start(scheme.security, NAME, None).map_err(Failure::Api)?;
    let mut phone = scheme.phone(device, 1);
    provision(device, &mut phone, provisioner)?;
    let forgotten = provisioner.forget_credentials();
    match (forgotten, network::is_empty(device)) {
        (Ok(()), true) => Ok(()),
        (Err(error), false) => Err(Failure::Api(error)),
        other => panic!("told {:?}, and the store is empty: {}", other.0, other.1),
    }
}

/// All that a client does, until the service has ended by itself.
fn provision(
    device: &Device,
    phone: &mut Phone<'_>,
    provisioner: &Provisioner,
) -> Result<(), Failure> {
    let step = |name: &'static str| move |_| Failure::Client(name);
    phone.handshake().map_err(step("handshake"))?;
    let echoed = phone.request("echo", b"hello").map_err(step("echo"))?;
    assert_eq!(echoed, b"hello");
    network::scan(phone).map_err(step("scan"))?;
    network::apply(phone).map_err(step("apply"))?;
    for _ in 0..A_WHILE.as_secs() {
        device.advance(Duration::from_secs(1));
        match network::has_worked(phone).map_err(step("status"))? {
            None => {}
            Some(false) => return Err(Failure::Client("attempt")),
            Some(true) => {
                assert!(network::is_new(device), "a client is told of success before it is stored");
                device.advance(A_WHILE);
                assert!(provisioner.is_idle(), "the service ends by itself");
                return Ok(());
            }
        }
    }
    Err(Failure::Client("no end"))
}

/// What holds after a fault, when the service has been stopped. A run that succeeds in spite of it
/// has erased the credentials.
fn check(device: &Device, provisioner: &Provisioner, succeeded: bool, context: &str) {
    provisioner.stop();
    assert!(provisioner.is_idle(), "{context}");
    assert_eq!(device.transport(), None, "{context}");
    assert_eq!((device.unanswered(), device.allocated()), (0, 0), "{context}");
    let kept = network::is_old(device) || network::is_new(device);
    let erased = network::is_empty(device);
    assert_eq!((kept, erased), (!succeeded, succeeded), "what is stored: {context}");
}

/// The next run is an honest one.
fn again(device: &Device, provisioner: &Provisioner, scheme: &Scheme<'_>, context: &str) {
    provisioner.start(scheme.security, NAME, None).expect(context);
    let mut phone = scheme.phone(device, 2);
    assert_eq!(provision(device, &mut phone, provisioner), Ok(()), "{context}");
}

#[cfg(not(feature = "thread"))]
mod radio {
    use sim::client::{answers, answers::WifiStatus, messages};

    use super::*;
    use crate::phone::Errno;

    pub const CALLS: &[&str] = &["scan", "connect", "store", "load"];

    const OLD: (&str, &str) = ("old", "the old passphrase");
    const NEW: (&str, &str) = ("new", "the new passphrase");

    pub fn set_up(device: &Device) {
        device.store(OLD.0, OLD.1);
        device.add_network(OLD.0, OLD.1);
        device.add_network(NEW.0, NEW.1);
    }

    pub fn scan(phone: &mut Phone<'_>) -> Result<(), Errno> {
        let response = phone.request("prov-scan", &messages::scan_start(true))?;
        let failed = || answers::scan_start(&response).is_none_or(|status| status as i32 != 0);
        if failed() {
            return Err(0);
        }
        let response = phone.request("prov-scan", &messages::scan_status())?;
        assert_eq!(answers::scan_status(&response), Some((true, 2)));
        Ok(())
    }

    pub fn apply(phone: &mut Phone<'_>) -> Result<(), Errno> {
        let set = messages::set_wifi(NEW.0.as_bytes(), NEW.1.as_bytes());
        phone.request("prov-config", &set)?;
        phone.request("prov-config", &messages::apply_wifi())?;
        Ok(())
    }

    /// Whether the credentials have worked, once that is known.
    pub fn has_worked(phone: &mut Phone<'_>) -> Result<Option<bool>, Errno> {
        let response = phone.request("prov-config", &messages::get_status())?;
        let status = answers::status(&response).expect("a status");
        Ok((!status.is_pending()).then_some(matches!(status, WifiStatus::Connected(_))))
    }

    fn holds(device: &Device, credentials: (&str, &str)) -> bool {
        let stored = device.stored_credentials();
        stored.is_some_and(|(ssid, passphrase)| {
            (&*ssid, &*passphrase) == (credentials.0.as_bytes(), credentials.1.as_bytes())
        })
    }

    pub fn is_old(device: &Device) -> bool {
        holds(device, OLD)
    }

    pub fn is_new(device: &Device) -> bool {
        holds(device, NEW)
    }

    pub fn is_empty(device: &Device) -> bool {
        device.stored_credentials().is_none()
    }
}

#[cfg(feature = "thread")]
mod mesh {
    use netprov_messages::network_config_payload::Payload as Config;
    use netprov_messages::network_scan_payload::Payload as Scan;
    use netprov_messages::{
        CmdScanThreadStart, CmdSetThreadConfig, Message, NetworkConfigMsgType,
        NetworkConfigPayload, NetworkScanMsgType, NetworkScanPayload, ThreadNetworkState,
    };

    use super::*;
    use crate::phone::Errno;
    use crate::thread::dataset;

    pub const CALLS: &[&str] = &["discover", "attach", "keep"];

    const OLD: u8 = 1;
    const NEW: u8 = 2;

    pub fn set_up(device: &Device) {
        device.store_dataset(&dataset(OLD));
        device.add_thread_network(&dataset(OLD));
        device.add_thread_network(&dataset(NEW));
    }

    pub fn scan(phone: &mut Phone<'_>) -> Result<(), Errno> {
        let command = CmdScanThreadStart { blocking: true, channel_mask: 0 };
        let message = NetworkScanPayload {
            msg: NetworkScanMsgType::TypeCmdScanThreadStart as i32,
            payload: Some(Scan::CmdScanThreadStart(command)),
            ..Default::default()
        };
        let response = phone.request("prov-scan", &message.encode_to_vec())?;
        let response = NetworkScanPayload::decode(&*response).expect("a message");
        if response.status == 0 { Ok(()) } else { Err(0) }
    }

    fn ask(
        phone: &mut Phone<'_>,
        msg: NetworkConfigMsgType,
        payload: Option<Config>,
    ) -> Result<NetworkConfigPayload, Errno> {
        let message = NetworkConfigPayload { msg: msg as i32, payload };
        let response = phone.request("prov-config", &message.encode_to_vec())?;
        Ok(NetworkConfigPayload::decode(&*response).expect("a message"))
    }

    pub fn apply(phone: &mut Phone<'_>) -> Result<(), Errno> {
        let command = CmdSetThreadConfig { dataset: dataset(NEW) };
        let payload = Some(Config::CmdSetThreadConfig(command));
        ask(phone, NetworkConfigMsgType::TypeCmdSetThreadConfig, payload)?;
        ask(phone, NetworkConfigMsgType::TypeCmdApplyThreadConfig, None)?;
        Ok(())
    }

    /// Whether the dataset has worked, once that is known.
    pub fn has_worked(phone: &mut Phone<'_>) -> Result<Option<bool>, Errno> {
        let response = ask(phone, NetworkConfigMsgType::TypeCmdGetThreadStatus, None)?;
        let Some(Config::RespGetThreadStatus(status)) = response.payload else {
            panic!("{response:?}");
        };
        let state = status.thread_state;
        let is_pending = state == ThreadNetworkState::Attaching as i32;
        Ok((!is_pending).then_some(state == ThreadNetworkState::Attached as i32))
    }

    pub fn is_old(device: &Device) -> bool {
        device.stored() == Some(dataset(OLD))
    }

    pub fn is_new(device: &Device) -> bool {
        device.stored() == Some(dataset(NEW))
    }

    pub fn is_empty(device: &Device) -> bool {
        device.stored().is_none()
    }
}
