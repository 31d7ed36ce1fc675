//! Requests that make a decoder work as hard as possible.

/// A field with these bytes.
pub(crate) fn field(number: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = varint(u64::from(number) << 3 | 2);
    bytes.extend(varint(payload.len() as u64));
    bytes.extend_from_slice(payload);
    bytes
}

/// A message of at most `length` bytes that consists of one field.
pub(crate) fn longest(number: u32, length: usize) -> Vec<u8> {
    // The number and the length of the field take up to 7 bytes.
    field(number, &vec![b'g'; length.saturating_sub(7)])
}

/// As many unknown fields as fit into `length` bytes.
pub(crate) fn unknown(length: usize) -> Vec<u8> {
    field(99, &[]).repeat(length / 3)
}

/// A `SessionData` of security 1 with this first command.
pub(crate) fn first_command(command: &[u8]) -> Vec<u8> {
    let payload = field(20, command);
    [&[0x10, 1][..], &field(11, &payload)].concat()
}

/// A `NetworkConfigPayload` with this command to set the credentials.
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
