//! The bytes of a fuzzer, read as a script.

/// A script of bytes. After its end, it yields zeros or nothing.
pub struct Script<'a>(pub &'a [u8]);

impl<'a> Script<'a> {
    /// Reads a byte; `None` at the end.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Reads a byte as a flag.
    pub fn flag(&mut self) -> bool {
        self.byte().is_some_and(|byte| byte & 1 == 1)
    }

    /// Reads a byte as a number below `of`, which must not be 0.
    pub fn choice(&mut self, of: usize) -> usize {
        usize::from(self.byte().unwrap_or(0)) % of
    }

    /// Reads a length byte and that many bytes, or as many as are left.
    pub fn bytes(&mut self) -> &'a [u8] {
        let wanted = usize::from(self.byte().unwrap_or(0));
        let (taken, rest) = self.0.split_at(wanted.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
