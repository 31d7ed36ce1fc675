//! Writes the protobuf encoding.

/// The message is longer than the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// Writes the fields of a message into a buffer.
///
/// A message that does not fit is counted but not written. [`Writer::finish`] reports it, and
/// [`Writer::rewind`] removes the excess.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    /// The length of the message so far. Exceeds the buffer's size after an overflow.
    length: usize,
}

/// The start of a sub-message, for [`Writer::end`].
#[must_use = "the sub-message has no end yet"]
pub struct Mark {
    /// Where its length goes: one byte, or more if needed.
    length_at: usize,
}

impl<'a> Writer<'a> {
    /// A writer at the start of `buffer`.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0 }
    }

    /// Writes a `uint32` or `uint64`, unless it is 0.
    #[inline(never)]
    pub fn uint(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.uint_always(field, value);
        }
    }

    /// Writes a `uint32` or `uint64`, including 0: for a member of a oneof.
    #[inline(never)]
    pub fn uint_always(&mut self, field: u32, value: u64) {
        self.key(field, 0);
        self.varint(value);
    }

    /// Writes an `int32` or an enumeration, unless it is 0.
    #[inline(never)]
    pub fn int(&mut self, field: u32, value: i32) {
        if value != 0 {
            self.int_always(field, value);
        }
    }

    /// Writes an `int32` or an enumeration, including 0: for a member of a oneof.
    pub fn int_always(&mut self, field: u32, value: i32) {
        // Protobuf extends the sign to 64 bits.
        self.uint_always(field, i64::from(value) as u64);
    }

    /// Writes a `bool`, unless it is false.
    pub fn bool(&mut self, field: u32, value: bool) {
        self.uint(field, value.into());
    }

    /// Writes a `bytes` or a `string`, unless it is empty.
    #[inline(never)]
    pub fn bytes(&mut self, field: u32, value: &[u8]) {
        if !value.is_empty() {
            self.bytes_always(field, value);
        }
    }

    /// Writes a `bytes` or a `string`, including an empty one: for a member of a oneof.
    #[inline(never)]
    pub fn bytes_always(&mut self, field: u32, value: &[u8]) {
        self.key(field, 2);
        self.varint(value.len() as u64);
        for &byte in value {
            self.push(byte);
        }
    }

    /// Starts a sub-message. Everything written until [`Writer::end`] belongs to it.
    #[inline(never)]
    pub fn begin(&mut self, field: u32) -> Mark {
        self.key(field, 2);
        let mark = Mark { length_at: self.length };
        self.push(0);
        mark
    }

    /// Ends a sub-message: writes its length and, if that is long, first moves the content.
    #[inline(never)]
    pub fn end(&mut self, mark: Mark) {
        let start = mark.start();
        let moved = self.more_length_bytes(&mark);
        for at in (start..self.length).rev() {
            if let Some(&byte) = self.buffer.get(at)
                && let Some(place) = self.buffer.get_mut(at.saturating_add(moved))
            {
                *place = byte;
            }
        }
        let body = self.length.saturating_sub(start);
        let end = self.length.saturating_add(moved);
        self.length = mark.length_at;
        self.varint(body as u64);
        self.length = end;
    }

    /// The length of the message so far, even if it exceeds the buffer's size.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing has been written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// What [`Writer::len`] would be if the innermost sub-message, which `mark` started, ended now.
    #[must_use]
    pub fn len_after_end(&self, mark: &Mark) -> usize {
        self.length.saturating_add(self.more_length_bytes(mark))
    }

    /// Whether the message would fit the buffer if the innermost sub-message ended now.
    #[must_use]
    pub fn fits_after_end(&self, mark: &Mark) -> bool {
        self.len_after_end(mark) <= self.buffer.len()
    }

    /// Removes everything written since [`Writer::len`] was `length`, including an overflow since
    /// then. Does nothing if the message is shorter.
    ///
    /// Do not end a sub-message that was started since then.
    pub fn rewind(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// The length of the message in the buffer.
    pub fn finish(self) -> Result<usize, Overflow> {
        if self.length <= self.buffer.len() { Ok(self.length) } else { Err(Overflow) }
    }

    /// How many bytes the length of a sub-message takes beyond the reserved one.
    fn more_length_bytes(&self, mark: &Mark) -> usize {
        let mut body = self.length.saturating_sub(mark.start()) >> 7;
        let mut more = 0usize;
        while body != 0 {
            body >>= 7;
            more = more.saturating_add(1);
        }
        more
    }

    fn key(&mut self, field: u32, wire_type: u64) {
        self.varint(u64::from(field) << 3 | wire_type);
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.push(value as u8);
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
    }
}

impl Mark {
    /// Where the content starts, as long as one byte is reserved for its length.
    fn start(&self) -> usize {
        self.length_at.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;

    /// Runs `content` on a buffer of exactly the right size, and checks that a buffer one byte
    /// smaller is too small.
    fn written(content: &dyn Fn(&mut Writer<'_>)) -> Vec<u8> {
        let mut counter = Writer::new(&mut []);
        content(&mut counter);
        let length = counter.len();
        if length > 0 {
            let mut short = vec![0; length - 1];
            let mut writer = Writer::new(&mut short);
            content(&mut writer);
            assert_eq!((writer.len(), writer.finish()), (length, Err(Overflow)));
        }
        let mut exact = vec![0xee; length];
        let mut writer = Writer::new(&mut exact);
        content(&mut writer);
        assert_eq!(writer.finish(), Ok(length));
        exact
    }

    #[test]
    fn defaults_are_left_out_but_not_in_a_oneof() {
        let bytes = written(&|writer| {
            writer.uint(1, 0);
            writer.int(1, 0);
            writer.bool(1, false);
            writer.bytes(1, &[]);
        });
        assert_eq!(bytes, [0u8; 0]);
        let bytes = written(&|writer| {
            writer.uint_always(1, 0);
            writer.int_always(2, 0);
            writer.bytes_always(3, &[]);
        });
        assert_eq!(bytes, [0x08, 0, 0x10, 0, 0x1a, 0]);
    }

    #[test]
    fn scalars_are_those_of_protobuf() {
        let bytes = written(&|writer| {
            writer.uint(1, 300);
            writer.int(16, -1);
            writer.bool(2, true);
            writer.bytes(3, b"abc");
        });
        let minus_one = [0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let expected =
            [&[0x08, 0xac, 0x02][..], &minus_one, &[0x10, 1, 0x1a, 3, b'a', b'b', b'c']].concat();
        assert_eq!(bytes, expected);
    }

    #[test]
    fn the_length_of_a_sub_message_takes_as_many_bytes_as_it_needs() {
        let lengths: [(usize, &[u8]); 7] = [
            (0, &[0]),
            (1, &[1]),
            (127, &[0x7f]),
            (128, &[0x80, 0x01]),
            (16383, &[0xff, 0x7f]),
            (16384, &[0x80, 0x80, 0x01]),
            (20000, &[0xa0, 0x9c, 0x01]),
        ];
        for (length, varint) in lengths {
            let content: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let bytes = written(&|writer| {
                let mark = writer.begin(1);
                for &byte in &content {
                    writer.push(byte);
                }
                let after_end = writer.len_after_end(&mark);
                writer.end(mark);
                assert_eq!(writer.len(), after_end);
                writer.bool(2, true);
            });
            assert_eq!(bytes, [&[0x0a], varint, &content, &[0x10, 1]].concat());
        }
    }

    #[test]
    fn sub_messages_nest() {
        let content = [7; 126];
        let bytes = written(&|writer| {
            let outer = writer.begin(1);
            let inner = writer.begin(2);
            writer.bytes(3, &content);
            writer.end(inner);
            writer.end(outer);
        });
        let inner = [&[0x12, 0x80, 0x01, 0x1a, 126][..], &content].concat();
        assert_eq!(bytes, [&[0x0a, 131, 0x01][..], &inner].concat());
    }

    #[test]
    fn a_rewind_takes_back_an_overflow() {
        let mut buffer = [0; 8];
        let mut writer = Writer::new(&mut buffer);
        let page = writer.begin(1);
        writer.bytes(2, b"ab");
        let before = writer.len();
        let entry = writer.begin(3);
        writer.bytes(1, b"abc");
        assert!(writer.len_after_end(&entry) > 8);
        writer.end(entry);
        writer.rewind(before);
        writer.bool(4, true);
        writer.end(page);
        assert_eq!(writer.finish(), Ok(8));
        assert_eq!(buffer, [0x0a, 6, 0x12, 2, b'a', b'b', 0x20, 1]);
    }

    #[test]
    fn a_rewind_behind_an_overflow_leaves_it() {
        let mut buffer = [0; 2];
        let mut writer = Writer::new(&mut buffer);
        writer.bytes(1, b"abc");
        let before = writer.len();
        writer.bytes(1, b"d");
        writer.rewind(before);
        writer.rewind(usize::MAX);
        assert_eq!((writer.len(), writer.finish()), (5, Err(Overflow)));
    }

    /// Bytes of `message`, as protobuf has them: the key, the length, the content.
    fn nested(field: u8, message: &[u8]) -> Vec<u8> {
        let mut bytes = vec![field << 3 | 2];
        let mut length = message.len();
        while length > 0x7f {
            bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend(message);
        bytes
    }

    /// Not samples: two sub-messages, one in the other, with every length up to where a length takes
    /// another byte, and the same around where it takes a third one.
    #[test]
    fn every_length_is_counted_moved_and_refused_alike() {
        let lengths = (0..300).chain(16_370..16_390);
        for (content, before) in lengths.flat_map(|content| [0, 1, 125].map(|at| (content, at))) {
            let body: Vec<u8> = (0..content).map(|at: usize| at as u8 | 1).collect();
            let prefix = vec![0x18; before];
            let expected = nested(1, &[&prefix[..], &nested(2, &body)].concat());

            let write = |writer: &mut Writer<'_>| {
                let outer = writer.begin(1);
                prefix.iter().for_each(|byte| writer.push(*byte));
                let inner = writer.begin(2);
                body.iter().for_each(|byte| writer.push(*byte));
                let (length, fits) = (writer.len_after_end(&inner), writer.fits_after_end(&inner));
                writer.end(inner);
                assert_eq!(writer.len(), length);
                assert_eq!(fits, length <= writer.buffer.len());
                writer.end(outer);
            };
            // The guard behind the buffer stays as it is, whatever the size.
            for room in expected.len().saturating_sub(4)..=expected.len() + 1 {
                let mut place = vec![0xee; room + 8];
                let mut writer = Writer::new(&mut place[..room]);
                write(&mut writer);
                assert_eq!(writer.len(), expected.len());
                let fits = room >= expected.len();
                assert_eq!(writer.finish(), if fits { Ok(expected.len()) } else { Err(Overflow) });
                assert!(place[room..].iter().all(|byte| *byte == 0xee));
                if fits {
                    assert_eq!(place[..expected.len()], expected, "{content} after {before}");
                }
            }
        }
    }
}
