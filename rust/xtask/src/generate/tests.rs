//! The split changes nothing on the wire, and each side knows only its own direction.
//!
//! The definitions as written are the oracle: messages built from them through reflection go
//! through the generated types and must come back unchanged.

use std::collections::BTreeSet;

use prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value,
};
use prost_types::FileDescriptorProto;
use protocomm::wire::{request, response};

use super::split::{Split, split};

/// Decodes as a generated type and encodes what was understood.
type Reencode = fn(&[u8]) -> Vec<u8>;

fn reencode<M: Message + Default>(bytes: &[u8]) -> Vec<u8> {
    let message = M::decode(bytes).expect("the generated type decodes what the definition encodes");
    message.encode_to_vec()
}

macro_rules! types {
    ($package:ident: $($name:ident)*) => {
        vec![$((stringify!($name), reencode::<$package::$name> as Reencode)),*]
    };
}

fn requests() -> Vec<(&'static str, Reencode)> {
    types! { request:
        SessionData Sec0Payload Sec1Payload Sec2Payload
        S0SessionCmd SessionCmd0 SessionCmd1 S2SessionCmd0 S2SessionCmd1
        NetworkConfigPayload CmdGetWifiStatus CmdSetWifiConfig CmdApplyWifiConfig
        CmdGetThreadStatus CmdSetThreadConfig CmdApplyThreadConfig
        NetworkScanPayload CmdScanWifiStart CmdScanWifiStatus CmdScanWifiResult
        CmdScanThreadStart CmdScanThreadStatus CmdScanThreadResult
        NetworkCtrlPayload CmdCtrlWifiReset CmdCtrlWifiReprov
        CmdCtrlThreadReset CmdCtrlThreadReprov
    }
}

fn responses() -> Vec<(&'static str, Reencode)> {
    types! { response:
        SessionData Sec0Payload Sec1Payload Sec2Payload
        S0SessionResp SessionResp0 SessionResp1 S2SessionResp0 S2SessionResp1
        NetworkConfigPayload RespGetWifiStatus RespSetWifiConfig RespApplyWifiConfig
        RespGetThreadStatus RespSetThreadConfig RespApplyThreadConfig
        WifiConnectedState WifiAttemptFailed ThreadAttachState
        NetworkScanPayload RespScanWifiStart RespScanWifiStatus RespScanWifiResult WiFiScanResult
        RespScanThreadStart RespScanThreadStatus RespScanThreadResult ThreadScanResult
        NetworkCtrlPayload RespCtrlWifiReset RespCtrlWifiReprov
        RespCtrlThreadReset RespCtrlThreadReprov
    }
}

/// The messages whose oneof is divided.
const PAYLOADS: [&str; 6] = [
    "Sec0Payload",
    "Sec1Payload",
    "Sec2Payload",
    "NetworkConfigPayload",
    "NetworkScanPayload",
    "NetworkCtrlPayload",
];

fn definitions() -> DescriptorPool {
    let set = super::compile(crate::root()).unwrap();
    DescriptorPool::from_file_descriptor_set(set).unwrap()
}

fn divided() -> Split {
    split(super::compile(crate::root()).unwrap()).unwrap()
}

/// Every way to fill `message`: all plain fields set, and each combination of oneof members that
/// is reached by choosing one member at a time. `sent` says which members a direction has.
fn filled(
    message: &MessageDescriptor,
    sent: &dyn Fn(&FieldDescriptor) -> bool,
) -> Vec<DynamicMessage> {
    let mut plain = DynamicMessage::new(message.clone());
    for field in message.fields().filter(|field| field.containing_oneof().is_none()) {
        let value = values(&field, sent).remove(0);
        plain.set_field(&field, value);
    }
    let mut all = vec![DynamicMessage::new(message.clone()), plain.clone()];
    for field in message.oneofs().flat_map(|oneof| oneof.fields().collect::<Vec<_>>()) {
        if sent(&field) {
            for value in values(&field, sent) {
                let mut with_member = plain.clone();
                with_member.set_field(&field, value);
                all.push(with_member);
            }
        }
    }
    all
}

/// Values for a field; the first one is not the default of its type.
fn values(field: &FieldDescriptor, sent: &dyn Fn(&FieldDescriptor) -> bool) -> Vec<Value> {
    let values = match field.kind() {
        Kind::Bool => vec![Value::Bool(true)],
        Kind::Int32 => vec![Value::I32(-71), Value::I32(0), Value::I32(i32::MAX)],
        Kind::Uint32 => vec![Value::U32(300), Value::U32(0), Value::U32(u32::MAX)],
        Kind::String => vec![Value::String("192.168.4.2".to_owned())],
        Kind::Bytes => vec![Value::Bytes(vec![0, 0xff, 0x80, field.number() as u8].into())],
        // The last one is a value that no definition knows.
        Kind::Enum(numbers) => {
            let mut known: Vec<_> = numbers.values().map(|value| value.number()).collect();
            known.rotate_left(1);
            known.push(1000);
            known.into_iter().map(Value::EnumNumber).collect()
        }
        Kind::Message(inner) => {
            let mut all = filled(&inner, sent);
            all.rotate_left(1);
            all.into_iter().map(Value::Message).collect()
        }
        other => panic!("{}: no value for {other:?}", field.full_name()),
    };
    if field.is_list() { vec![Value::List(values)] } else { values }
}

/// The members a direction sends: those whose type exists in its half, or that are no message.
fn sent_in<'a>(types: &'a [(&str, Reencode)]) -> impl Fn(&FieldDescriptor) -> bool + 'a {
    move |field| match field.kind() {
        Kind::Message(inner) => types.iter().any(|(name, _)| *name == inner.name()),
        _ => true,
    }
}

fn check_wire_identical(types: &[(&str, Reencode)]) {
    let pool = definitions();
    let sent = sent_in(types);
    for (name, reencode) in types {
        let descriptor = pool.get_message_by_name(name).expect("it is defined");
        for message in filled(&descriptor, &sent) {
            let bytes = reencode(&message.encode_to_vec());
            let back = DynamicMessage::decode(descriptor.clone(), bytes.as_slice()).unwrap();
            assert_eq!(message, back, "{name}");
            let unknown = back.unknown_fields().count();
            assert_eq!(unknown, 0, "{name}: fields that are not defined");
        }
    }
}

#[test]
fn requests_are_identical_on_the_wire() {
    check_wire_identical(&requests());
}

#[test]
fn responses_are_identical_on_the_wire() {
    check_wire_identical(&responses());
}

#[test]
fn every_message_and_member_is_in_a_half() {
    let names = |file: &FileDescriptorProto| -> BTreeSet<String> {
        file.message_type.iter().map(|message| message.name().to_owned()).collect()
    };
    let listed = |types: Vec<(&str, Reencode)>| -> BTreeSet<String> {
        types.into_iter().map(|(name, _)| name.to_owned()).collect()
    };
    let Split { base, request, response } = divided();
    assert_eq!(names(&request), listed(requests()));
    assert_eq!(names(&response), listed(responses()));

    let pool = definitions();
    for message in pool.all_messages() {
        for field in message.fields() {
            let kept = [&request, &response].into_iter().any(|half| {
                half.message_type.iter().any(|candidate| {
                    candidate.name() == message.name()
                        && candidate.field.iter().any(|kept| kept.name() == field.name())
                })
            });
            assert!(kept, "{} is in neither half", field.full_name());
        }
    }
    assert_eq!(base.enum_type.len(), pool.all_enums().count());
}

#[test]
fn a_half_has_nothing_of_the_other_direction() {
    let Split { request, response, .. } = divided();
    for (file, foreign, prefix) in [(&request, "Resp", "sr"), (&response, "Cmd", "sc")] {
        for message in &file.message_type {
            assert!(!message.name().contains(foreign), "{}", message.name());
            for field in &message.field {
                assert!(!field.type_name().contains(foreign), "{}", field.name());
                let number = field.name().strip_prefix(prefix).unwrap_or("no");
                assert!(!number.chars().all(|c| c.is_ascii_digit()), "{}", field.name());
            }
        }
    }
}

#[test]
fn an_arm_of_the_other_direction_is_skipped() {
    let pool = definitions();
    for (half, other) in [(requests(), responses()), (responses(), requests())] {
        let foreign = sent_in(&other);
        for name in PAYLOADS {
            let descriptor = pool.get_message_by_name(name).unwrap();
            let (_, reencode) = half.iter().find(|(candidate, _)| *candidate == name).unwrap();
            for mut message in filled(&descriptor, &foreign) {
                let bytes = reencode(&message.encode_to_vec());
                for field in descriptor.oneofs().next().unwrap().fields() {
                    message.clear_field(&field);
                }
                assert_eq!(bytes, message.encode_to_vec(), "{name}");
            }
        }
    }
}

#[test]
fn what_is_checked_in_is_fresh() {
    let stale: Vec<_> = super::stale(crate::root()).unwrap();
    let names: Vec<_> = stale.iter().map(|(path, _)| path).collect();
    assert!(names.is_empty(), "run `cargo xtask generate`: {names:?}");
}

/// Bytes written down from the protocol, not made by this code.
#[test]
fn known_bytes_decode() {
    use request::network_config_payload::Payload;
    let polled = request::NetworkConfigPayload::decode(&[0x52, 0x00][..]).unwrap();
    assert!(matches!(polled.payload, Some(Payload::CmdGetWifiStatus(_))));

    let hello = [0x52, 0x03, 0xa2, 0x01, 0x00];
    let session = request::SessionData::decode(&hello[..]).unwrap();
    assert_eq!(session.encode_to_vec(), hello);

    let welcome = [0x52, 0x05, 0x08, 0x01, 0xaa, 0x01, 0x00];
    let session = response::SessionData::decode(&welcome[..]).unwrap();
    assert_eq!(session.encode_to_vec(), welcome);
}
