//! Requests that make a decoder work and allocate as much as it will.

/// A field with these bytes.
pub(crate) fn field(number: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = varint(u64::from(number) << 3 | 2);
    bytes.extend(varint(payload.len() as u64));
    bytes.extend_from_slice(payload);
    bytes
}

/// One field over and over, within `length` bytes, each time just too long for the room that the
/// decoder made for the time before. It then holds the old room and the new, and the new is
/// twice the old.
pub(crate) fn growing(number: u32, length: usize) -> Vec<u8> {
    let times = |first: usize| {
        let mut bytes = Vec::new();
        let (mut room, mut size) = (0, first);
        loop {
            let next = field(number, &vec![b'g'; size]);
            if bytes.len() + next.len() > length {
                return (room, bytes);
            }
            bytes.extend(next);
            room = size.max(2 * room);
            size = room + 1;
        }
    };
    // The first size decides how much of the length the doubling uses up.
    let (_, mut best) =
        (1..length.max(2)).map(times).max_by_key(|(room, _)| *room).unwrap_or_default();
    // The rest is a field that nobody knows, so that the request is as long as it may be.
    let rest = length - best.len();
    if rest >= 4 {
        let padding = field(99, &vec![0; rest - 4]);
        best.extend(padding);
    }
    best
}

/// Within `length` bytes, as many fields that nobody knows as there can be.
pub(crate) fn unknown(length: usize) -> Vec<u8> {
    field(99, &[]).repeat(length / 3)
}

/// A `SessionData` of security 1 whose first command is this.
pub(crate) fn first_command(command: &[u8]) -> Vec<u8> {
    let payload = field(20, command);
    [&[0x10, 1][..], &field(11, &payload)].concat()
}

/// A `NetworkConfigPayload` whose command to set the credentials is this.
pub(crate) fn set_command(command: &[u8]) -> Vec<u8> {
    [&[0x08, 2][..], &field(12, command)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_growing_field_leaves_room_for_nothing_else() {
        for length in [100, 500, 1000] {
            let bytes = growing(1, length);
            assert!(bytes.len() <= length && bytes.len() > length - 8, "{}", bytes.len());
        }
    }
}
