//! Writes the device's messages: structures that borrow from the bytes, with code that reads the
//! requests and writes the responses. The loops are in `wire::reader` and `wire::writer`.
//!
//! Supports only the parts of protobuf that these definitions use, and refuses all others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, bail, ensure};
use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::split::{ENVELOPES, FILE_ENUMS, FILE_MESSAGES, MESSAGE_FIELDS, position};

// Further field numbers of descriptor.proto.
const MESSAGE_ONEOFS: i32 = 8;
const ENUM_VALUES: i32 = 2;

/// The enumerations that the device reads. It only writes the values of the others.
const READ: [&str; 6] = [
    "NetworkConfigMsgType",
    "NetworkCtrlMsgType",
    "NetworkScanMsgType",
    "Sec1MsgType",
    "Sec2MsgType",
    "WifiAuthMode",
];

/// Writes the enumerations.
pub fn enums(file: &FileDescriptorProto) -> String {
    let comments = Comments::of(file);
    let mut out = String::new();
    for (index, item) in file.enum_type.iter().enumerate() {
        let name = item.name();
        out += &comments.at(&[FILE_ENUMS, position(index)]);
        out += "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]\n";
        _ = writeln!(out, "pub enum {name} {{");
        let mut arms = String::new();
        for (value, at) in item.value.iter().zip(0..) {
            out += &comments.at(&[FILE_ENUMS, position(index), ENUM_VALUES, at]);
            if value.number() == 0 {
                out += "#[default]\n";
            }
            let variant = value.name().to_upper_camel_case();
            _ = writeln!(out, "{variant} = {},", value.number());
            _ = writeln!(arms, "{} => Self::{variant},", value.number());
        }
        out += "}\n\n";
        if READ.contains(&name) {
            _ = writeln!(
                out,
                "impl TryFrom<i32> for {name} {{\n\
                 type Error = UnknownValue;\n\n\
                 fn try_from(value: i32) -> Result<Self, UnknownValue> {{\n\
                 Ok(match value {{ {arms} _ => return Err(UnknownValue(value)) }})\n}}\n}}\n"
            );
        }
    }
    out
}

/// Writes the messages of `file`, with code that reads them.
pub fn requests(file: &FileDescriptorProto) -> Result<String> {
    let mut out = String::new();
    for message in messages(file)? {
        out += &message.structure();
        out += &message.reading()?;
        out += &message.module(String::new());
    }
    Ok(out)
}

/// Writes the messages of `file`, with their field numbers and code that writes them.
pub fn responses(file: &FileDescriptorProto) -> Result<String> {
    let mut out = String::new();
    for message in messages(file)? {
        out += &message.structure();
        out += &message.writing()?;
        out += &message.module(message.numbers());
    }
    Ok(out)
}

/// The comments of a file, by the path of the item that they describe.
struct Comments(BTreeMap<Vec<i32>, String>);

impl Comments {
    fn of(file: &FileDescriptorProto) -> Self {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        Self(
            locations
                .map(|location| {
                    let lines = location.leading_comments().lines();
                    (location.path.clone(), lines.map(|line| format!("///{line}\n")).collect())
                })
                .collect(),
        )
    }

    fn at(&self, path: &[i32]) -> String {
        self.0.get(path).cloned().unwrap_or_default()
    }
}

/// The type of a field.
enum Kind {
    /// `int32`, or an enumeration, held as a number because an undefined value is not an error.
    Int,
    Uint,
    Bool,
    Bytes,
    Text,
    Message {
        name: String,
        /// Whether it borrows from the bytes.
        borrows: bool,
        /// Whether it has no fields.
        empty: bool,
    },
}

struct Field {
    name: String,
    comment: String,
    number: i32,
    repeated: bool,
    kind: Kind,
}

struct Oneof {
    name: String,
    comment: String,
    members: Vec<Field>,
}

struct Message {
    name: String,
    comment: String,
    fields: Vec<Field>,
    oneof: Option<Oneof>,
}

/// Returns the messages of `file`, in the file's order.
fn messages(file: &FileDescriptorProto) -> Result<Vec<Message>> {
    let comments = Comments::of(file);
    let all: BTreeMap<_, _> = file.message_type.iter().map(|one| (one.name(), one)).collect();
    file.message_type
        .iter()
        .enumerate()
        .map(|(index, message)| {
            let path = [FILE_MESSAGES, position(index)];
            let mut oneof = match message.oneof_decl.as_slice() {
                [] => None,
                [one] => Some(Oneof {
                    name: one.name().to_owned(),
                    comment: comments.at(&[path[0], path[1], MESSAGE_ONEOFS, 0]),
                    members: Vec::new(),
                }),
                _ => bail!("{}: more than one oneof is not supported", message.name()),
            };
            let mut fields = Vec::new();
            for (field, at) in message.field.iter().zip(0..) {
                ensure!(!field.proto3_optional(), "{}: optional is not supported", field.name());
                let one = Field {
                    name: field.name().to_owned(),
                    comment: comments.at(&[path[0], path[1], MESSAGE_FIELDS, at]),
                    number: field.number(),
                    repeated: field.label() == Label::Repeated,
                    kind: kind(field, &all)?,
                };
                match &mut oneof {
                    Some(oneof) if field.oneof_index.is_some() => oneof.members.push(one),
                    _ => fields.push(one),
                }
            }
            Ok(Message {
                name: message.name().to_owned(),
                comment: comments.at(&path),
                fields,
                oneof,
            })
        })
        .collect()
}

fn kind(field: &FieldDescriptorProto, all: &BTreeMap<&str, &DescriptorProto>) -> Result<Kind> {
    Ok(match field.r#type() {
        Type::Int32 | Type::Enum => Kind::Int,
        Type::Uint32 => Kind::Uint,
        Type::Bool => Kind::Bool,
        Type::Bytes => Kind::Bytes,
        Type::String => Kind::Text,
        Type::Message => {
            let name = simple_name(field);
            let message = all[name];
            Kind::Message {
                name: name.to_owned(),
                borrows: borrows(message, all),
                empty: message.field.is_empty(),
            }
        }
        other => bail!("{}: {} is not supported", field.name(), other.as_str_name()),
    })
}

/// Returns the name of a field's type, without the package.
fn simple_name(field: &FieldDescriptorProto) -> &str {
    let name = field.type_name();
    name.rsplit_once('.').map_or(name, |(_, name)| name)
}

/// Whether the structure of `message`, which has no repeated fields, holds references.
fn borrows(message: &DescriptorProto, all: &BTreeMap<&str, &DescriptorProto>) -> bool {
    message.field.iter().filter(|field| field.label() != Label::Repeated).any(|field| {
        match field.r#type() {
            Type::Bytes | Type::String => true,
            Type::Message => borrows(all[simple_name(field)], all),
            _ => false,
        }
    })
}

impl Kind {
    fn is_message(&self) -> bool {
        matches!(self, Self::Message { .. })
    }

    fn borrows(&self) -> bool {
        matches!(self, Self::Bytes | Self::Text | Self::Message { borrows: true, .. })
    }

    /// Returns the Rust type, as seen from the module `at`.
    fn rust(&self, at: &str) -> String {
        match self {
            Self::Int => "i32".to_owned(),
            Self::Uint => "u32".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Bytes => "&'a [u8]".to_owned(),
            Self::Text => "&'a str".to_owned(),
            Self::Message { name, borrows, .. } => format!("{at}{name}{}", lifetime(*borrows)),
        }
    }
}

fn lifetime(borrows: bool) -> &'static str {
    if borrows { "<'a>" } else { "" }
}

impl Oneof {
    fn borrows(&self) -> bool {
        self.members.iter().any(|member| member.kind.borrows())
    }

    fn rust(&self) -> String {
        self.name.to_upper_camel_case()
    }

    fn first(&self) -> i32 {
        self.members.iter().map(|member| member.number).min().unwrap_or_default()
    }
}

impl Message {
    /// Returns the fields of the structure: all but repeated fields, which are written entry by entry.
    fn held(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.repeated)
    }

    fn borrows(&self) -> bool {
        self.held().any(|field| field.kind.borrows())
            || self.oneof.as_ref().is_some_and(Oneof::borrows)
    }

    fn module_name(&self) -> String {
        self.name.to_snake_case()
    }

    fn structure(&self) -> String {
        let mut out = self.comment.clone();
        out += "#[derive(Clone, Copy, Default)]\n";
        _ = write!(out, "pub struct {}{} {{", self.name, lifetime(self.borrows()));
        for field in self.held() {
            _ = write!(out, "\n{}pub {}: {},", field.comment, field.name, field.kind.rust(""));
        }
        if let Some(oneof) = &self.oneof {
            _ = write!(
                out,
                "\n{}pub {}: Option<{}::{}{}>,",
                oneof.comment,
                oneof.name,
                self.module_name(),
                oneof.rust(),
                lifetime(oneof.borrows())
            );
        }
        out + "}\n\n"
    }

    /// Writes the module of the message, with the oneof and `more`; empty if there is neither.
    fn module(&self, more: String) -> String {
        let mut content = String::new();
        if let Some(oneof) = &self.oneof {
            content += &oneof.comment;
            content += "#[derive(Clone, Copy)]\n";
            _ = writeln!(content, "pub enum {}{} {{", oneof.rust(), lifetime(oneof.borrows()));
            for member in &oneof.members {
                let variant = member.name.to_upper_camel_case();
                let kind = member.kind.rust("super::");
                _ = writeln!(content, "{}{variant}({kind}),", member.comment);
            }
            content += "}\n\n";
        }
        content += &more;
        if content.is_empty() {
            return String::new();
        }
        let name = self.module_name();
        format!("/// Items that belong to `{}`.\npub mod {name} {{\n{content}}}\n\n", self.name)
    }

    fn numbers(&self) -> String {
        let members = self.oneof.iter().flat_map(|oneof| &oneof.members);
        let mut out = String::new();
        for field in self.fields.iter().chain(members) {
            _ = writeln!(
                out,
                "/// The number of `{}`.\npub const {}: u32 = {};",
                field.name,
                field.name.to_shouty_snake_case(),
                field.number
            );
        }
        out
    }

    fn reading(&self) -> Result<String> {
        let mut arms = Vec::new();
        for field in &self.fields {
            ensure!(
                !field.repeated,
                "{}.{}: repeated fields are not supported in requests",
                self.name,
                field.name
            );
            let value = match &field.kind {
                Kind::Int => "int",
                Kind::Uint => "uint",
                Kind::Bool => "bool",
                Kind::Bytes => "bytes",
                Kind::Text | Kind::Message { .. } => {
                    bail!("{}.{}: this type is not supported in requests", self.name, field.name)
                }
            };
            let code = format!("self.{} = value.{value}()?", field.name);
            arms.push((field.number, code, None));
        }
        let mut uses = String::new();
        if let Some(oneof) = &self.oneof {
            uses = format!("use {}::{};\n\n", self.module_name(), oneof.rust());
            for member in &oneof.members {
                let code = reading_member(oneof, member, &self.name)?;
                arms.push((member.number, code, feature(member)));
            }
        }
        let this = format!("{}{}", self.name, lifetime(self.borrows()));
        let mut out = String::new();
        if ENVELOPES.contains(&self.name.as_str()) {
            let (generic, bytes) =
                if self.borrows() { ("<'a>", "&'a [u8]") } else { ("", "&[u8]") };
            _ = writeln!(
                out,
                "impl{generic} {this} {{\n\
                 /// Reads the message from `bytes`, which hold nothing else.\n\
                 pub fn read(bytes: {bytes}) -> Result<Self, Undecodable> {{\n\
                 let mut message = Self::default();\n\
                 reader::read(bytes, &mut message)?;\n\
                 Ok(message)\n}}\n}}\n"
            );
        }
        if arms.is_empty() {
            // An empty message is read with its parent.
            return Ok(String::new());
        }
        let body = match arms.as_slice() {
            [(number, code, None)] => format!("if number == {number} {{ {code}; }}\n"),
            _ => {
                let oneof = self.oneof.as_ref().map_or("", |oneof| &oneof.name);
                let arms = arms.iter().map(|(number, code, feature)| match feature {
                    None => format!("{number} => {code},\n"),
                    // Without the feature, the member still replaces an earlier member.
                    Some(feature) => format!(
                        "#[cfg(feature = \"{feature}\")]\n{number} => {code},\n\
                         #[cfg(not(feature = \"{feature}\"))]\n{number} => self.{oneof} = None,\n"
                    ),
                });
                format!("{uses}match number {{\n{}_ => {{}}\n}}\n", arms.collect::<String>())
            }
        };
        _ = writeln!(
            out,
            "impl<'a> Fields<'a> for {this} {{\n\
             fn field(&mut self, number: u32, value: Value<'a>) -> Result<(), Undecodable> {{\n\
             {body}Ok(())\n}}\n}}\n"
        );
        Ok(out)
    }

    fn writing(&self) -> Result<String> {
        let module = self.module_name();
        let mut uses = String::new();
        let mut parts = Vec::new();
        for field in self.held() {
            let number = format!("{module}::{}", field.name.to_shouty_snake_case());
            let value = format!("self.{}", field.name);
            let part = match &field.kind {
                Kind::Int => format!("writer.int({number}, {value});\n"),
                Kind::Uint => format!("writer.uint({number}, {value}.into());\n"),
                Kind::Bool => format!("writer.bool({number}, {value});\n"),
                Kind::Bytes => format!("writer.bytes({number}, {value});\n"),
                Kind::Text => format!("writer.bytes({number}, {value}.as_bytes());\n"),
                Kind::Message { .. } => {
                    bail!(
                        "{}.{}: a message outside a oneof is not supported",
                        self.name,
                        field.name
                    )
                }
            };
            parts.push((field.number, part));
        }
        if let Some(oneof) = &self.oneof {
            let rust = oneof.rust();
            uses = format!("use {module}::{rust};\n\n");
            let part = if oneof.members.iter().all(|member| member.kind.is_message()) {
                writing_messages(self, oneof)
            } else {
                writing_members(self, oneof)?
            };
            parts.push((oneof.first(), part));
        }
        parts.sort_by_key(|(number, _)| *number);
        let body: String = parts.into_iter().map(|(_, part)| part).collect();
        let borrows = if self.borrows() { "<'_>" } else { "" };
        let writer = if body.is_empty() { "_" } else { "writer" };
        Ok(format!(
            "impl {}{borrows} {{\n\
             /// Writes the fields of the message.\n\
             pub fn write(&self, {writer}: &mut Writer<'_>) {{\n{uses}{body}}}\n}}\n\n",
            self.name
        ))
    }
}

/// Writes the code that writes a oneof of messages; the part common to all members occurs once.
fn writing_messages(message: &Message, oneof: &Oneof) -> String {
    let (module, name) = (message.module_name(), &oneof.name);
    let mut arms = String::new();
    let mut numbers = String::new();
    for member in &oneof.members {
        let variant = format!("{}::{}", oneof.rust(), member.name.to_upper_camel_case());
        let number = member.name.to_shouty_snake_case();
        _ = writeln!(arms, "{variant}(message) => message.write(writer),");
        _ = writeln!(numbers, "{variant}(_) => {module}::{number},");
    }
    format!(
        "if let Some({name}) = &self.{name} {{\n\
         let mark = writer.begin(match {name} {{\n{numbers}}});\n\
         match {name} {{\n{arms}}}\n\
         writer.end(mark);\n}}\n"
    )
}

/// Writes the code that writes a oneof of messages and enumerations.
fn writing_members(message: &Message, oneof: &Oneof) -> Result<String> {
    let mut arms = String::new();
    for member in &oneof.members {
        let variant = format!("{}::{}", oneof.rust(), member.name.to_upper_camel_case());
        let number = format!("{}::{}", message.module_name(), member.name.to_shouty_snake_case());
        let written = match &member.kind {
            Kind::Int => format!("writer.int_always({number}, *value);"),
            Kind::Message { .. } => format!(
                "let mark = writer.begin({number});\nvalue.write(writer);\nwriter.end(mark);"
            ),
            _ => bail!("{}.{}: this type is not supported", message.name, member.name),
        };
        _ = writeln!(arms, "Some({variant}(value)) => {{ {written} }}");
    }
    Ok(format!("match &self.{} {{\n{arms}None => {{}}\n}}\n", oneof.name))
}

/// Returns the feature of `protocomm` that a member requires: the one of its security scheme.
fn feature(member: &Field) -> Option<&str> {
    ["sec0", "sec1", "sec2"].into_iter().find(|scheme| *scheme == member.name)
}

/// Writes the code that reads a member of a oneof. A member that occurs again is merged.
fn reading_member(oneof: &Oneof, member: &Field, message: &str) -> Result<String> {
    let Kind::Message { name, empty, .. } = &member.kind else {
        bail!("{message}.{}: a oneof member of a request must be a message", member.name);
    };
    let variant = format!("{}::{}", oneof.rust(), member.name.to_upper_camel_case());
    let this = format!("self.{}", oneof.name);
    Ok(if *empty {
        format!("{{ value.empty()?;\n{this} = Some({variant}({name} {{}})); }}\n")
    } else {
        format!(
            "{{ if !matches!({this}, Some({variant}(_))) {{\n\
             {this} = Some({variant}({name}::default()));\n}}\n\
             if let Some({variant}(member)) = &mut {this} {{ value.message(member)?; }}\n}}\n"
        )
    })
}
