//! Each direction has the messages that it sends, and none of the other direction. The tests of
//! `protocomm` compare reading and writing with prost.

use std::collections::BTreeSet;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    OneofDescriptorProto,
};

use super::device;
use super::split::{Split, split};

fn definitions() -> FileDescriptorSet {
    super::compile(crate::root()).unwrap()
}

fn divided() -> Split {
    split(definitions()).unwrap()
}

fn has(half: &FileDescriptorProto, message: &str, field: &str) -> bool {
    half.message_type.iter().any(|candidate| {
        candidate.name() == message && candidate.field.iter().any(|kept| kept.name() == field)
    })
}

#[test]
fn every_message_and_member_is_in_a_half() {
    let Split { base, request, response } = divided();
    let names = |messages: &[DescriptorProto]| -> BTreeSet<String> {
        messages.iter().map(|message| message.name().to_owned()).collect()
    };
    let mut all = BTreeSet::new();
    let mut enums = 0;
    for file in definitions().file {
        all.extend(names(&file.message_type));
        enums += file.enum_type.len();
        for message in &file.message_type {
            for field in &message.field {
                let kept = [&request, &response]
                    .into_iter()
                    .any(|half| has(half, message.name(), field.name()));
                assert!(kept, "{}.{} is in neither half", message.name(), field.name());
            }
        }
    }
    let halves = &names(&request.message_type) | &names(&response.message_type);
    assert_eq!(halves, all);
    assert_eq!(base.enum_type.len(), enums);
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
fn checked_in_files_are_fresh() {
    let stale: Vec<_> = super::stale(crate::root()).unwrap();
    let names: Vec<_> = stale.iter().map(|(path, _)| path).collect();
    assert!(names.is_empty(), "run `cargo xtask generate`: {names:?}");
}

fn field(name: &str, kind: Type) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(1),
        label: Some(Label::Optional.into()),
        r#type: Some(kind.into()),
        type_name: (kind == Type::Message).then(|| ".Outer".to_owned()),
        ..Default::default()
    }
}

/// A file with one message, `Outer`.
fn file(field: Vec<FieldDescriptorProto>, oneofs: usize) -> FileDescriptorProto {
    FileDescriptorProto {
        message_type: vec![DescriptorProto {
            name: Some("Outer".to_owned()),
            field,
            oneof_decl: vec![OneofDescriptorProto::default(); oneofs],
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn unsupported_definitions_are_refused() {
    let known = file(vec![field("number", Type::Uint32)], 0);
    assert!(device::requests(&known).is_ok() && device::responses(&known).is_ok());

    let both_ways = [
        file(vec![field("number", Type::Sint32)], 0),
        file(vec![field("number", Type::Fixed64)], 0),
        file(vec![], 2),
        file(
            vec![FieldDescriptorProto { proto3_optional: Some(true), ..field("a", Type::Bool) }],
            0,
        ),
    ];
    for file in &both_ways {
        assert!(device::requests(file).is_err() && device::responses(file).is_err());
    }
    let list =
        FieldDescriptorProto { label: Some(Label::Repeated.into()), ..field("list", Type::Bytes) };
    assert!(device::requests(&file(vec![list.clone()], 0)).is_err());
    // Text is not supported, because its encoding would have to be checked.
    assert!(device::requests(&file(vec![field("text", Type::String)], 0)).is_err());
    let member = FieldDescriptorProto { oneof_index: Some(0), ..field("flag", Type::Bool) };
    assert!(device::requests(&file(vec![member], 1)).is_err());

    let code = device::responses(&file(vec![list], 0)).unwrap();
    assert!(code.contains("pub const LIST: u32 = 1;") && !code.contains("pub list"), "{code}");
}
