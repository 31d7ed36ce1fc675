//! Refuses what would let a peer choose how deep the decoder recurses.
//!
//! Protobuf's *groups* nest, and prost skips an unknown one by calling itself: a few hundred
//! bytes from a stranger would take some kilobytes of stack. No message of this protocol has
//! groups, so one that holds any is refused before it is decoded. This pass does not recurse
//! beyond the depth of the protocol's own messages and keeps nothing.

use core::ops::RangeInclusive;

use super::Undecodable;

/// Which fields hold sub-messages, level by level: the range of field numbers at the top, then
/// within those, and so on.
#[derive(Clone, Copy, Debug)]
pub struct Shape(&'static [RangeInclusive<u32>]);

impl Shape {
    /// `SessionData`: a scheme's payload, in it a command.
    pub const SESSION: Self = Self(&[10..=12, 20..=23]);
    /// The payloads of the configuration, scan and control endpoints: in them a command.
    pub const PAYLOAD: Self = Self(&[10..=21]);
}

pub(super) fn refuse_groups(mut bytes: &[u8], shape: Shape) -> Result<(), Undecodable> {
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let field = u32::try_from(key >> 3).map_err(|_| Undecodable)?;
        match key & 7 {
            0 => {
                varint(&mut bytes)?;
            }
            1 => {
                take(&mut bytes, 8)?;
            }
            2 => {
                let length = varint(&mut bytes)?;
                let inner = take(&mut bytes, length)?;
                if let Some((fields, deeper)) = shape.0.split_first()
                    && fields.contains(&field)
                {
                    refuse_groups(inner, Shape(deeper))?;
                }
            }
            5 => {
                take(&mut bytes, 4)?;
            }
            // 3 and 4 are groups, the others undefined.
            _ => return Err(Undecodable),
        }
    }
    Ok(())
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Undecodable> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Undecodable)?;
        *bytes = rest;
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
    use super::*;

    fn field(number: u32, payload: &[u8]) -> alloc::vec::Vec<u8> {
        let mut bytes = alloc::vec::Vec::new();
        prost::encoding::encode_key(number, prost::encoding::WireType::LengthDelimited, &mut bytes);
        prost::encoding::encode_varint(payload.len() as u64, &mut bytes);
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn groups_are_refused_at_every_level() {
        let groups = [[0x9b, 0x06].repeat(90), [0x9c, 0x06].repeat(90)].concat();
        for bytes in [groups.clone(), field(11, &groups), field(11, &field(20, &groups))] {
            assert!(refuse_groups(&bytes, Shape::SESSION).is_err());
        }
    }

    #[test]
    fn bytes_that_look_like_groups_are_no_groups() {
        // A passphrase may hold anything, and so may a field that this version does not know.
        let secret = field(2, &[0x9b, 0x06]);
        let bytes = [field(12, &secret), field(99, &[0x9b, 0x06])].concat();
        assert!(refuse_groups(&bytes, Shape::PAYLOAD).is_ok());
    }

    #[test]
    fn truncated_input_is_refused() {
        for bytes in [&[0x80][..], &[0x08], &[0x0a, 5, 1], &[0x0d, 1], &[0x09, 1], &[0x0f, 1]] {
            assert!(refuse_groups(bytes, Shape::PAYLOAD).is_err(), "{bytes:02x?}");
        }
    }
}
