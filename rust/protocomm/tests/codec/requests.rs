//! How the device reads messages.
//!
//! It is stricter than prost in one point: it refuses groups wherever it reads fields. The messages
//! of hosts serve both directions, but the device treats the fields of responses as unknown,
//! whatever they contain.

use std::fmt::Debug;

use netprov_messages::{Message, NetworkConfigPayload, SessionData};

use crate::generator::{self, Random, Shape};

mod read;
mod valid;

/// An envelope for this test. A path consists of the numbers of nested fields.
struct Envelope<M> {
    name: &'static str,
    /// Field numbers that are worth trying, level by level.
    shape: Shape,
    /// Whether a field holds a client's message.
    is_command: fn(&[u32]) -> bool,
    /// Whether a field holds a device's message.
    is_response: fn(&[u32]) -> bool,
    /// Makes a request like a client's.
    valid: fn(&mut Random) -> M,
    /// Reads a message as the device does.
    read: fn(&[u8]) -> Option<M>,
}

/// What this file's own parser finds in a message.
enum Class {
    Malformed,
    /// A group starts or ends where the device reads fields.
    Group,
    /// The fields that a client sends, and those that neither side knows.
    Fields(Vec<u8>),
}

/// Counts of the cases that were tested, to detect a generator that makes none of a kind.
#[derive(Debug, Default)]
struct Met {
    taken: u64,
    refused: u64,
    groups: u64,
    responses: u64,
}

/// Which bytes are compared.
#[derive(Clone, Copy)]
enum Bytes {
    /// So many random requests.
    Random(u64),
    /// All strings of up to two bytes, and all of up to so many of [`CRITICAL`].
    All(usize),
}

/// Tags of the envelopes' and the payloads' fields with each wire type, lengths that fit and that do
/// not, and the ends of numbers.
const CRITICAL: [u8; 13] =
    [0x00, 0x01, 0x02, 0x08, 0x0a, 0x0b, 0x0d, 0x52, 0x5a, 0x62, 0x7f, 0x80, 0xff];

pub fn check(each: u64) {
    all(Bytes::Random(each));
}

pub fn check_short(length: usize) {
    all(Bytes::All(length));
}

fn all(bytes: Bytes) {
    let session = Envelope {
        name: "SessionData",
        shape: &[&[10, 11, 12], &[20, 21, 22, 23]],
        is_command: |path| matches!(path, [10..=12] | [10..=12, 20] | [11 | 12, 22]),
        is_response: |path| matches!(path, [10..=12, 21] | [11 | 12, 23]),
        valid: valid::session,
        read: read::session,
    };
    let config = Envelope {
        name: "NetworkConfigPayload",
        shape: &[&[10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]],
        is_command: |path| matches!(path, [10 | 12 | 14 | 16 | 18 | 20]),
        is_response: |path| matches!(path, [11 | 13 | 15 | 17 | 19 | 21]),
        valid: valid::config,
        read: read::config,
    };
    let scan = Envelope {
        name: "NetworkScanPayload",
        shape: config.shape,
        is_command: config.is_command,
        is_response: config.is_response,
        valid: valid::scan,
        read: read::scan,
    };
    let ctrl = Envelope {
        name: "NetworkCtrlPayload",
        shape: config.shape,
        is_command: |path| matches!(path, [11 | 13 | 15 | 17]),
        is_response: |path| matches!(path, [12 | 14 | 16 | 18]),
        valid: valid::ctrl,
        read: read::ctrl,
    };
    session.check(bytes);
    config.check(bytes);
    scan.check(bytes);
    ctrl.check(bytes);
}

impl<M: Message + Default + PartialEq + Debug> Envelope<M> {
    fn check(&self, bytes: Bytes) {
        match bytes {
            Bytes::Random(each) => self.check_random(each),
            Bytes::All(length) => self.check_short(length),
        }
    }

    fn check_short(&self, length: usize) {
        let mut met = Met::default();
        let all: Vec<u8> = (0..=u8::MAX).collect();
        for (alphabet, length) in [(&all[..], 2), (&CRITICAL[..], length)] {
            let mut places = vec![0; length];
            for used in 0..=length {
                // Counts, with the first places as digits.
                places.fill(0);
                loop {
                    let bytes: Vec<u8> = places[..used].iter().map(|&at| alphabet[at]).collect();
                    self.compare(&bytes, &mut met);
                    let next = places[..used].iter().position(|&at| at + 1 < alphabet.len());
                    let Some(next) = next else { break };
                    places[..next].fill(0);
                    places[next] += 1;
                }
            }
        }
        let name = self.name;
        println!("{name}: {met:?}");
        assert!(met.taken > 100 && met.refused > 60_000 && met.groups > 100, "{name}: {met:?}");
    }

    fn check_random(&self, each: u64) {
        let name = self.name;
        let mut met = Met::default();
        for bytes in self.every_field() {
            self.compare(&bytes, &mut met);
        }
        for seed in 0..each {
            let bytes = self.bytes(&mut Random(seed));
            self.compare(&bytes, &mut met);
        }
        println!("{name}: {met:?}");
        assert!(met.taken > each / 4 && met.refused > each / 20, "{name}: {met:?}");
        assert!(met.groups > each / 1000 && met.responses > each / 1000, "{name}: {met:?}");
    }

    fn compare(&self, bytes: &[u8], met: &mut Met) {
        let name = self.name;
        let found = (self.read)(bytes);
        let expected = match self.classify(bytes, &mut Vec::new()) {
            Class::Malformed => {
                assert!(M::decode(bytes).is_err(), "{name}: prost takes {bytes:02x?}");
                None
            }
            Class::Group => {
                met.groups += 1;
                None
            }
            Class::Fields(fields) => {
                met.responses += u64::from(fields != bytes);
                // A known field of another wire type is still refused.
                M::decode(&*fields).ok()
            }
        };
        assert_eq!(found, expected, "{name}: {bytes:02x?}");
        met.taken += u64::from(found.is_some());
        met.refused += u64::from(found.is_none());
    }

    /// Every field at every level, alone, with each kind of value.
    fn every_field(&self) -> Vec<Vec<u8>> {
        let mut parents: Vec<Vec<u32>> = vec![vec![]];
        let mut level = parents.clone();
        for subs in self.shape {
            level = level
                .iter()
                .flat_map(|path| subs.iter().map(|sub| [path.as_slice(), &[*sub]].concat()))
                .collect();
            parents.extend(level.clone());
        }
        let mut all = Vec::new();
        for parent in parents {
            for field in 1..25 {
                for (wire_type, value) in generator::values() {
                    let mut bytes = [generator::varint(field << 3 | wire_type), value].concat();
                    for number in parent.iter().rev() {
                        let length = generator::varint(bytes.len() as u64);
                        let key = generator::varint(u64::from(number << 3 | 2));
                        bytes = [key, length, bytes].concat();
                    }
                    all.push(bytes);
                }
            }
        }
        all
    }

    fn bytes(&self, random: &mut Random) -> Vec<u8> {
        let valid = |random: &mut Random| (self.valid)(random).encode_to_vec();
        let mut bytes = match random.below(4) {
            0 => valid(random),
            // Two messages in a row: the second is merged into the first.
            1 => [valid(random), valid(random)].concat(),
            _ => generator::message(random, self.shape),
        };
        if random.once_in(3) {
            generator::mutate(random, &mut bytes);
        }
        bytes
    }

    /// Classifies the fields of the message at `path` and of the sub-messages that the device
    /// reads.
    fn classify(&self, bytes: &[u8], path: &mut Vec<u32>) -> Class {
        let mut kept = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let Some((key, key_length)) = number(rest) else { return Class::Malformed };
            let (key_bytes, after) = rest.split_at(key_length);
            if !(8..1 << 32).contains(&key) {
                return Class::Malformed;
            }
            let Some((prefix, length)) = extent(key & 7, after) else {
                return if matches!(key & 7, 3 | 4) { Class::Group } else { Class::Malformed };
            };
            if length > (after.len() - prefix) as u64 {
                return Class::Malformed;
            }
            let (value, next) = after.split_at(prefix + length as usize);
            path.push((key >> 3) as u32);
            if key & 7 == 2 && (self.is_command)(path) {
                match self.classify(&value[prefix..], path) {
                    Class::Fields(fields) => {
                        kept.extend(key_bytes);
                        kept.extend(generator::varint(fields.len() as u64));
                        kept.extend(fields);
                    }
                    other => return other,
                }
            } else if !(self.is_response)(path) {
                kept.extend(key_bytes);
                kept.extend(value);
            }
            path.pop();
            rest = next;
        }
        Class::Fields(kept)
    }
}

/// The length of a value: of the number in front of it, and of the bytes that the number or type
/// announces.
fn extent(wire_type: u64, bytes: &[u8]) -> Option<(usize, u64)> {
    match wire_type {
        0 => number(bytes).map(|(_, length)| (length, 0)),
        1 => Some((0, 8)),
        2 => number(bytes).map(|(content, length)| (length, content)),
        5 => Some((0, 4)),
        _ => None,
    }
}

/// A number of at most 64 bits in at most 10 bytes, and its length.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let length = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)? + 1;
    let value = bytes[..length]
        .iter()
        .rev()
        .fold(0u128, |value, byte| value << 7 | u128::from(byte & 0x7f));
    Some((u64::try_from(value).ok()?, length))
}

/// prost skips groups; the device refuses them at every level that it reads.
pub fn check_groups() {
    let group = [0x9b, 0x06, 0x9b, 0x06, 0x9c, 0x06, 0x9c, 0x06];
    let inside = |number: u32, content: &[u8]| {
        let key = generator::varint(u64::from(number << 3 | 2));
        [key, generator::varint(content.len() as u64), content.to_vec()].concat()
    };
    let refused = |bytes: &[u8]| {
        assert!(SessionData::decode(bytes).is_ok(), "{bytes:02x?}");
        assert!(read::session(bytes).is_none(), "{bytes:02x?}");
    };
    refused(&group);
    refused(&inside(12, &group));
    refused(&inside(12, &inside(20, &group)));
    refused(&[inside(12, &inside(22, &[])), group.to_vec()].concat());

    // Where the device reads no fields, groups are ordinary bytes.
    for bytes in [inside(99, &group), inside(12, &inside(20, &inside(1, &group)))] {
        assert_eq!(read::session(&bytes), SessionData::decode(&*bytes).ok(), "{bytes:02x?}");
    }
}

/// The device treats a field that only a device sends as unknown, even if it is malformed.
pub fn check_responses() {
    let bytes = [0x08, 0x02, 0x5a, 0x01, 0xff];
    assert!(NetworkConfigPayload::decode(&bytes[..]).is_err());
    let expected = NetworkConfigPayload { msg: 2, payload: None };
    assert_eq!(read::config(&bytes), Some(expected));
}
