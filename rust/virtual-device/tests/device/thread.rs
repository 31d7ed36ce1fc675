//! A device for Thread, and what it stores.

use netprov_messages::network_config_payload::Payload;
use netprov_messages::{
    CmdSetThreadConfig, Message, NetworkConfigMsgType as Msg, NetworkConfigPayload,
    RespGetThreadStatus, Status, ThreadNetworkState,
};
use serde_json::json;

use crate::support::{Device, Ended, POP, Session, complaint, text};

const OPTIONS: [&str; 8] = [
    "--json",
    "--once",
    "--http",
    "127.0.0.1:0",
    "--network",
    "thread",
    "--thread",
    "Home:0x1234:15",
];
const KEY: &[u8; 16] = b"network-key-0123";

/// As `esp_prov` makes it for a network chosen from a scan; with a name, if there is one.
fn dataset(name: &str) -> Vec<u8> {
    let mut bytes = vec![0, 3, 0, 0, 15, 2, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 0x12, 0x34, 5, 16];
    bytes.extend(KEY);
    if !name.is_empty() {
        bytes.extend([3, name.len() as u8]);
        bytes.extend(name.as_bytes());
    }
    bytes
}

fn start(options: &[&str]) -> Device {
    Device::alone(&[&OPTIONS, &["--pop", POP][..], options].concat())
}

fn ask(session: &mut Session, msg: Msg, payload: Option<Payload>) -> Payload {
    let message = NetworkConfigPayload { msg: msg as i32, payload };
    let answer = session.ask("prov-config", &message.encode_to_vec()).expect("an answer");
    NetworkConfigPayload::decode(&*answer).unwrap().payload.expect("what it is")
}

fn status(session: &mut Session) -> RespGetThreadStatus {
    match ask(session, Msg::TypeCmdGetThreadStatus, None) {
        Payload::RespGetThreadStatus(status) => status,
        other => panic!("{other:?}"),
    }
}

/// Sends a dataset, and returns the result of the "apply".
fn provision(session: &mut Session, dataset: Vec<u8>) -> Status {
    let command = Payload::CmdSetThreadConfig(CmdSetThreadConfig { dataset });
    let set = ask(session, Msg::TypeCmdSetThreadConfig, Some(command));
    assert!(matches!(set, Payload::RespSetThreadConfig(answer) if answer.status == 0));
    match ask(session, Msg::TypeCmdApplyThreadConfig, None) {
        Payload::RespApplyThreadConfig(answer) => answer.status.try_into().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The key is as secret as a passphrase.
fn keeps_the_key(ended: &Ended) {
    let hex: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    for spelling in [str::from_utf8(KEY).unwrap(), &hex] {
        assert!(!ended.text.to_lowercase().contains(spelling), "{}", ended.text);
    }
    ended.keeps_secrets();
}

#[test]
fn a_dataset_outlives_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let options = ["--state", text(&state)];
    let mut device = start(&options);
    let mut session = Session::new(device.address());
    assert_eq!(provision(&mut session, dataset("Home")), Status::Success);
    assert_eq!(device.event("dataset_received")["network"], "Home");
    assert_eq!(device.event("attached")["pan_id"], 0x1234);
    device.event("stored");
    assert_eq!(status(&mut session).thread_state, ThreadNetworkState::Attached as i32);
    let ended = device.end();
    assert_eq!(ended.code, Some(0));
    keeps_the_key(&ended);

    // It attaches by itself and needs nothing else.
    let mut device = start(&options);
    assert_eq!(device.event("attaching")["network"], "Home");
    assert_eq!(device.event("attached")["network"], "Home");
    let ended = device.end();
    assert_eq!(ended.code, Some(0));
    assert!(!ended.text.contains("listening"), "{}", ended.text);
    keeps_the_key(&ended);

    // With --reprovision it offers the service. A failure keeps what is stored.
    let stored = std::fs::read(&state).unwrap();
    let mut device = start(&[&options, &["--reprovision"][..]].concat());
    let mut session = Session::new(device.address());
    let cut = dataset("Home")[..20].to_vec();
    assert_eq!(provision(&mut session, cut), Status::InternalError);
    assert_eq!(device.event("failed")["reason"], "dataset_invalid");
    let ended = device.end();
    assert_eq!(ended.code, Some(1));
    keeps_the_key(&ended);
    assert_eq!(std::fs::read(&state).unwrap(), stored);
}

#[test]
fn the_status_endpoint_says_it_in_words() {
    // Without "--once", so that a failure does not end the program.
    let options = [&OPTIONS[..1], &OPTIONS[2..], &["--pop", POP, "--status"]];
    let mut device = Device::alone(&options.concat());
    let mut session = Session::new(device.address());
    let ask = |session: &mut Session| -> serde_json::Value {
        let response = session.ask("netprov-status", b"?").expect("a response");
        serde_json::from_slice(&response).expect("JSON")
    };
    let eui64 = "02005efffe005301";
    assert_eq!(ask(&mut session), json!({"state": "waiting", "eui64": eui64}));
    provision(&mut session, dataset("Home")[..20].to_vec());
    let failed = json!({"state": "failed", "reason": "dataset_invalid", "eui64": eui64});
    assert_eq!(ask(&mut session), failed);
    provision(&mut session, dataset("Home"));
    let connecting = json!({"state": "connecting", "attempts_left": 1, "eui64": eui64});
    assert_eq!(ask(&mut session), connecting);
    device.event("attached");
    let connected =
        json!({"state": "connected", "role": "child", "network": "Home", "eui64": eui64});
    assert_eq!(ask(&mut session), connected);
}

#[test]
fn a_dataset_without_a_name_is_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let options = ["--state", text(&state)];
    let mut device = start(&options);
    let mut session = Session::new(device.address());
    assert_eq!(provision(&mut session, dataset("")), Status::Success);
    assert_eq!(device.event("attached")["network"], "Home", "the network tells it");
    device.event("stored");
    status(&mut session);
    assert_eq!(device.end().code, Some(0));

    let mut device = start(&options);
    assert_eq!(device.event("attaching").get("network"), None);
    assert_eq!(device.event("attached")["network"], "Home");
    assert_eq!(device.end().code, Some(0));
}

#[test]
fn a_file_of_the_other_type_of_network_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    for (content, network, reason) in [
        ("network-provisioning dataset 1\n", "wifi", "not a Wi-Fi credentials file"),
        ("network-provisioning credentials 1\n", "thread", "not a Thread dataset file"),
        ("network-provisioning dataset 1\ndataset 00\n", "thread", "not a Thread dataset in hex"),
    ] {
        std::fs::write(&state, content).unwrap();
        let options = ["--network", network, "--http", "127.0.0.1:0", "--state", text(&state)];
        let complaint = complaint(&options);
        assert!(complaint.contains(text(&state)) && complaint.contains(reason), "{complaint}");
        assert_eq!(std::fs::read_to_string(&state).unwrap(), content);
    }
}
