//! Reads the protobuf encoding.
//!
//! One loop serves all messages: each message receives its fields through [`Fields`]. The parent's
//! code reads a sub-message, so the depth of the calls is that of the definitions, whatever a peer
//! sends. Groups, which protobuf allows to nest without limit, are refused; no message of this
//! protocol has any.

use super::Undecodable;

/// What a field holds.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A number: wire type 0.
    Varint(u64),
    /// Bytes, a string or a sub-message: wire type 2.
    Bytes(&'a [u8]),
    /// 4 or 8 bytes: wire types 5 and 1. No field of this protocol has them.
    Fixed,
}

impl<'a> Value<'a> {
    /// The value of an `int32` or of an enumeration. Higher bits are dropped, as protobuf
    /// specifies.
    pub fn int(self) -> Result<i32, Undecodable> {
        Ok(self.varint()? as i32)
    }

    /// The value of a `uint32`. Higher bits are dropped, as protobuf specifies.
    pub fn uint(self) -> Result<u32, Undecodable> {
        Ok(self.varint()? as u32)
    }

    /// The value of a `bool`.
    pub fn bool(self) -> Result<bool, Undecodable> {
        Ok(self.varint()? != 0)
    }

    /// The value of a `bytes`.
    pub fn bytes(self) -> Result<&'a [u8], Undecodable> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Varint(_) | Self::Fixed => Err(Undecodable),
        }
    }

    /// Reads a sub-message and merges it into `message`.
    #[inline(never)]
    pub fn message(self, message: &mut dyn Fields<'a>) -> Result<(), Undecodable> {
        read(self.bytes()?, message)
    }

    /// Reads a sub-message that defines no fields.
    #[inline(never)]
    pub fn empty(self) -> Result<(), Undecodable> {
        self.message(&mut NoFields)
    }

    fn varint(self) -> Result<u64, Undecodable> {
        match self {
            Self::Varint(value) => Ok(value),
            Self::Bytes(_) | Self::Fixed => Err(Undecodable),
        }
    }
}

/// A message that receives its fields one by one.
pub trait Fields<'a> {
    /// Receives a field. Ignores numbers that the message does not define; refuses a value with the
    /// wrong wire type.
    fn field(&mut self, number: u32, value: Value<'a>) -> Result<(), Undecodable>;
}

/// Ignores all fields.
struct NoFields;

impl<'a> Fields<'a> for NoFields {
    fn field(&mut self, _: u32, _: Value<'a>) -> Result<(), Undecodable> {
        Ok(())
    }
}

/// Reads a message: passes each field in `bytes` to `into`, in order.
///
/// After an error, `into` holds the fields before it and must not be used.
pub fn read<'a>(mut bytes: &'a [u8], into: &mut dyn Fields<'a>) -> Result<(), Undecodable> {
    while !bytes.is_empty() {
        let key = u32::try_from(varint(&mut bytes)?).map_err(|_| Undecodable)?;
        let number = key >> 3;
        if number == 0 {
            return Err(Undecodable);
        }
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut bytes)?),
            1 => fixed(&mut bytes, 8)?,
            2 => {
                let length = varint(&mut bytes)?;
                Value::Bytes(take(&mut bytes, length)?)
            }
            5 => fixed(&mut bytes, 4)?,
            // 3 and 4 are groups, the others undefined.
            _ => return Err(Undecodable),
        };
        into.field(number, value)?;
    }
    Ok(())
}

fn fixed<'a>(bytes: &mut &'a [u8], length: u64) -> Result<Value<'a>, Undecodable> {
    take(bytes, length)?;
    Ok(Value::Fixed)
}

/// Reads a number of at most 64 bits, which takes at most 10 bytes.
fn varint(bytes: &mut &[u8]) -> Result<u64, Undecodable> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Undecodable)?;
        *bytes = rest;
        if shift == 63 && *byte > 1 {
            break;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Undecodable)
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], Undecodable> {
    let length = usize::try_from(length).map_err(|_| Undecodable)?;
    let (taken, rest) = bytes.split_at_checked(length).ok_or(Undecodable)?;
    *bytes = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;
    use std::{format, vec};

    use super::*;

    /// Records its fields. Knows one field, a sub-message.
    #[derive(Default)]
    struct Notes(Vec<std::string::String>);

    impl<'a> Fields<'a> for Notes {
        fn field(&mut self, number: u32, value: Value<'a>) -> Result<(), Undecodable> {
            if number == 15 {
                return value.message(self);
            }
            self.0.push(match value {
                Value::Varint(value) => format!("{number}={value}"),
                Value::Bytes(bytes) => format!("{number}={bytes:?}"),
                Value::Fixed => format!("{number} fixed"),
            });
            Ok(())
        }
    }

    fn notes(bytes: &[u8]) -> Result<Vec<std::string::String>, Undecodable> {
        let mut notes = Notes::default();
        read(bytes, &mut notes)?;
        Ok(notes.0)
    }

    #[test]
    fn fields_come_in_order() {
        let bytes =
            [0x08, 0x96, 0x01, 0x12, 2, 7, 8, 0x0d, 1, 2, 3, 4, 0x09, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(notes(&bytes).unwrap(), ["1=150", "2=[7, 8]", "1 fixed", "1 fixed"]);
        assert_eq!(notes(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn a_sub_message_is_read_by_its_parent() {
        assert_eq!(notes(&[0x7a, 4, 0x08, 1, 0x08, 2, 0x08, 3]).unwrap(), ["1=1", "1=2", "1=3"]);
        // The sub-message ends within a field, although its parent goes on.
        assert_eq!(notes(&[0x7a, 1, 0x08, 1]), Err(Undecodable));
    }

    #[test]
    fn numbers_have_at_most_64_bits() {
        let greatest = [0xff; 9];
        let with = |last: &[u8]| notes(&[&[0x08], &greatest[..], last].concat());
        assert_eq!(with(&[1]).unwrap(), [format!("1={}", u64::MAX)]);
        assert_eq!(with(&[2]), Err(Undecodable));
        assert_eq!(with(&[0x81, 0]), Err(Undecodable));
        // Longer than needed, but not too long.
        assert_eq!(notes(&[0x88, 0, 0x81, 0x80, 0]).unwrap(), ["1=1"]);
    }

    #[test]
    fn field_numbers_have_at_most_29_bits() {
        assert_eq!(notes(&[0xf8, 0xff, 0xff, 0xff, 0x0f, 1]).unwrap(), ["536870911=1"]);
        assert_eq!(notes(&[0xf8, 0xff, 0xff, 0xff, 0x1f, 1]), Err(Undecodable));
        assert_eq!(notes(&[0x00, 1]), Err(Undecodable));
    }

    #[test]
    fn groups_and_undefined_wire_types_are_refused() {
        for wire_type in [3, 4, 6, 7] {
            assert_eq!(notes(&[0x98 | wire_type, 0x06, 0, 0, 0, 0]), Err(Undecodable));
        }
        assert_eq!(notes(&[0x7a, 2, 0x0b, 0x0c]), Err(Undecodable));
        // In a field of bytes, they are bytes.
        assert_eq!(notes(&[0x12, 2, 0x0b, 0x0c]).unwrap(), ["2=[11, 12]"]);
    }

    #[test]
    fn truncated_input_is_refused() {
        for bytes in [
            vec![0x80],
            vec![0x08],
            vec![0x08, 0x80],
            vec![0x0a],
            vec![0x0a, 5, 1],
            vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
            vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            vec![0x0d, 1, 2, 3],
            vec![0x09, 1, 2, 3, 4, 5, 6, 7],
        ] {
            assert_eq!(notes(&bytes), Err(Undecodable), "{bytes:02x?}");
        }
    }

    #[test]
    fn a_value_of_another_wire_type_is_refused() {
        assert!(Value::Varint(1).bytes().is_err() && Value::Fixed.bytes().is_err());
        assert!(Value::Bytes(&[1]).int().is_err() && Value::Fixed.int().is_err());
        assert!(Value::Bytes(&[1]).uint().is_err() && Value::Bytes(&[1]).bool().is_err());
        assert!(Value::Varint(1).message(&mut Notes::default()).is_err());
    }

    #[test]
    fn higher_bits_are_dropped_but_not_of_a_bool() {
        let value = Value::Varint(1 << 32 | 0xffff_ffff);
        assert_eq!((value.int(), value.uint()), (Ok(-1), Ok(u32::MAX)));
        assert_eq!(Value::Varint(1 << 32).bool(), Ok(true));
        assert_eq!(Value::Varint(0).bool(), Ok(false));
    }
}
