//! Reads lines, numbered as in text editors.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// Longest accepted line in bytes. Limits memory use for a file without line ends.
const LINE_MAX: usize = 64 * 1024;

/// A line without its terminator.
pub(super) struct Line {
    /// Line number, from 1.
    pub(super) number: u64,
    /// The bytes, or `None` if there are more than [`LINE_MAX`].
    pub(super) bytes: Option<Vec<u8>>,
    /// File offset of the end of the line.
    pub(super) offset: u64,
}

/// Reads lines ending in LF, CRLF or CR. A line is returned as soon as its terminator has been
/// read.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    number: u64,
    offset: u64,
    /// The last line ended in CR, so a following LF belongs to it.
    after_cr: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::new(input), number: 0, offset: 0, after_cr: false }
    }

    /// Returns the next line, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut line = Some(Vec::new());
        let mut is_empty = true;
        loop {
            let available = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                available => available?,
            };
            if available.is_empty() {
                return Ok((!is_empty).then(|| self.end(line)));
            }
            if std::mem::take(&mut self.after_cr) && available[0] == b'\n' {
                self.consume(1);
                continue;
            }
            let end = available.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &available[..end.unwrap_or(available.len())];
            let fits = |line: &Vec<u8>| line.len() + part.len() <= LINE_MAX;
            line = line.filter(fits);
            if let Some(line) = &mut line {
                line.extend(part);
            }
            is_empty = false;
            let Some(end) = end else {
                let length = part.len();
                self.consume(length);
                continue;
            };
            self.after_cr = available[end] == b'\r';
            self.consume(end + 1);
            return Ok(Some(self.end(line)));
        }
    }

    fn consume(&mut self, length: usize) {
        self.input.consume(length);
        self.offset += length as u64;
    }

    fn end(&mut self, bytes: Option<Vec<u8>>) -> Line {
        self.number += 1;
        Line { number: self.number, bytes, offset: self.offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<Option<Vec<u8>>> {
        // Read byte by byte, as from a slow pipe.
        let mut lines = Lines { input: BufReader::with_capacity(1, text), ..Lines::new(text) };
        let next = || lines.next().unwrap().map(|line| line.bytes);
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn all_line_terminators_are_recognized() {
        for end in ["\n", "\r", "\r\n"] {
            let text = ["a", "", "b", "c"].join(end);
            let lines: Vec<Vec<u8>> = read(text.as_bytes()).into_iter().flatten().collect();
            assert_eq!(lines, [&b"a"[..], b"", b"b", b"c"], "{end:?}");
            assert_eq!(read((text + end).as_bytes()).len(), 4, "{end:?}");
        }
        assert_eq!(read(b"").len(), 0);
        assert_eq!(read(b"a\n\rb\r\r\nc").len(), 5);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped() {
        let text = [vec![b'x'; LINE_MAX], vec![b'\n'], vec![b'x'; LINE_MAX + 1], b"\ny".to_vec()];
        let lengths: Vec<_> =
            read(&text.concat()).into_iter().map(|line| line.map(|line| line.len())).collect();
        assert_eq!(lengths, [Some(LINE_MAX), None, Some(1)]);
    }
}
