//! Divides the definitions by direction.
//!
//! The protocol uses the same envelope both ways, as a oneof of commands and responses. A device
//! only reads commands and only writes responses, so the messages are copied into two packages,
//! each without the parts that only the other direction sends. Field numbers do not change, so the
//! encoding remains the same.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use prost_types::field_descriptor_proto::Type;
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet, SourceCodeInfo};

/// The outermost messages of requests and responses.
pub(super) const ENVELOPES: [&str; 4] =
    ["SessionData", "NetworkConfigPayload", "NetworkScanPayload", "NetworkCtrlPayload"];

/// The oneof whose members each belong to one direction.
const DIRECTED_ONEOF: &str = "payload";

// Field numbers of descriptor.proto, used in the paths of source locations.
pub(super) const FILE_MESSAGES: i32 = 4;
pub(super) const FILE_ENUMS: i32 = 5;
pub(super) const MESSAGE_FIELDS: i32 = 2;

/// The divided definitions.
pub struct Split {
    /// All enumerations, without a package.
    pub base: FileDescriptorProto,
    /// Messages that a client sends, in package `request`.
    pub request: FileDescriptorProto,
    /// Messages that a device sends, in package `response`.
    pub response: FileDescriptorProto,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Response,
}

impl Direction {
    /// Returns the direction of a message by its name, or `None` if it is used in both directions or
    /// is part of another message.
    fn of(message: &str) -> Option<Self> {
        match (message.contains("Cmd"), message.contains("Resp")) {
            (true, false) => Some(Self::Request),
            (false, true) => Some(Self::Response),
            _ => None,
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

/// Divides `set`, whose files have no package.
pub fn split(set: FileDescriptorSet) -> Result<Split> {
    for file in &set.file {
        ensure!(
            file.package().is_empty() && file.syntax() == "proto3",
            "{}: must be proto3, without a package",
            file.name()
        );
        for message in &file.message_type {
            ensure!(
                message.nested_type.is_empty() && message.enum_type.is_empty(),
                "{}: nested types are not supported",
                message.name()
            );
        }
    }
    Ok(Split {
        base: enums(&set),
        request: messages(&set, Direction::Request)?,
        response: messages(&set, Direction::Response)?,
    })
}

fn enums(set: &FileDescriptorSet) -> FileDescriptorProto {
    let mut out = new_file("base", None);
    for file in &set.file {
        for (index, item) in file.enum_type.iter().enumerate() {
            let from = [FILE_ENUMS, position(index)];
            let to = [FILE_ENUMS, position(out.enum_type.len())];
            copy_locations(file, &mut out, &from, &to);
            out.enum_type.push(item.clone());
        }
    }
    out
}

fn messages(set: &FileDescriptorSet, direction: Direction) -> Result<FileDescriptorProto> {
    let mut reduced = BTreeMap::new();
    for message in set.file.iter().flat_map(|file| &file.message_type) {
        reduced.insert(message.name(), reduce(message, direction)?);
    }
    let used = reachable(&reduced)?;

    let mut out = new_file(direction.package(), Some(direction.package()));
    out.dependency.push("base.proto".to_owned());
    for file in &set.file {
        for (index, original) in file.message_type.iter().enumerate() {
            if !used.contains(original.name()) {
                continue;
            }
            let mut message = reduced[original.name()].clone();
            let from = [FILE_MESSAGES, position(index)];
            let to = [FILE_MESSAGES, position(out.message_type.len())];
            copy_message_locations(file, &mut out, (original, &from), (&message, &to));
            for field in &mut message.field {
                if field.r#type() == Type::Message {
                    let package = direction.package();
                    field.type_name = Some(format!(".{package}{}", field.type_name()));
                }
            }
            out.message_type.push(message);
        }
    }
    Ok(out)
}

/// Returns `message` without the members of its payload that belong to the other direction.
fn reduce(message: &DescriptorProto, direction: Direction) -> Result<DescriptorProto> {
    let mut reduced = message.clone();
    let payload = message.oneof_decl.iter().position(|oneof| oneof.name() == DIRECTED_ONEOF);
    let Some(payload) = payload.map(position) else {
        return Ok(reduced);
    };
    reduced.field.clear();
    let mut left = 0;
    for field in &message.field {
        if field.oneof_index == Some(payload) {
            let sent = Direction::of(field.type_name()).with_context(|| {
                format!(
                    "{}.{}: the type is neither a command nor a response",
                    message.name(),
                    field.name()
                )
            })?;
            if sent != direction {
                continue;
            }
            left += 1;
        }
        reduced.field.push(field.clone());
    }
    ensure!(
        left > 0,
        "{}: the payload of a {} would be empty",
        message.name(),
        direction.package()
    );
    Ok(reduced)
}

/// Returns the envelopes and all messages that they contain.
fn reachable<'a>(messages: &'a BTreeMap<&str, DescriptorProto>) -> Result<BTreeSet<&'a str>> {
    let mut used = BTreeSet::new();
    let mut open = ENVELOPES.to_vec();
    while let Some(name) = open.pop() {
        let (name, message) = messages
            .get_key_value(name)
            .with_context(|| format!("message {name} is not defined"))?;
        if used.insert(*name) {
            open.extend(
                message
                    .field
                    .iter()
                    .filter(|field| field.r#type() == Type::Message)
                    .map(|field| field.type_name().trim_start_matches('.')),
            );
        }
    }
    Ok(used)
}

fn new_file(name: &str, package: Option<&str>) -> FileDescriptorProto {
    FileDescriptorProto {
        name: Some(format!("{name}.proto")),
        package: package.map(str::to_owned),
        syntax: Some("proto3".to_owned()),
        source_code_info: Some(SourceCodeInfo::default()),
        ..Default::default()
    }
}

/// Copies the locations, and thereby the comments, of a message and of the fields it still has.
fn copy_message_locations(
    file: &FileDescriptorProto,
    out: &mut FileDescriptorProto,
    (original, from): (&DescriptorProto, &[i32; 2]),
    (reduced, to): (&DescriptorProto, &[i32; 2]),
) {
    let fields = reduced.field.iter().enumerate().map(|(new, field)| {
        let old = original
            .field
            .iter()
            .position(|candidate| candidate.number() == field.number())
            .expect("fields are only removed");
        (position(old), position(new))
    });
    let moved: BTreeMap<i32, i32> = fields.collect();
    for location in locations(file) {
        let Some(rest) = location.path.strip_prefix(from) else {
            continue;
        };
        let mut path = [to.as_slice(), rest].concat();
        if let [_, _, MESSAGE_FIELDS, field, ..] = &mut path[..] {
            let Some(new) = moved.get(field) else {
                continue;
            };
            *field = *new;
        }
        push_location(out, location, path);
    }
}

fn copy_locations(
    file: &FileDescriptorProto,
    out: &mut FileDescriptorProto,
    from: &[i32; 2],
    to: &[i32; 2],
) {
    for location in locations(file) {
        if let Some(rest) = location.path.strip_prefix(from) {
            push_location(out, location, [to.as_slice(), rest].concat());
        }
    }
}

fn locations(file: &FileDescriptorProto) -> &[Location] {
    file.source_code_info.as_ref().map_or(&[], |info| &info.location)
}

fn push_location(out: &mut FileDescriptorProto, location: &Location, path: Vec<i32>) {
    let location = Location { path, ..location.clone() };
    out.source_code_info.get_or_insert_default().location.push(location);
}

/// Converts an index to an element of a path.
pub(super) fn position(index: usize) -> i32 {
    i32::try_from(index).expect("a descriptor has fewer items")
}
