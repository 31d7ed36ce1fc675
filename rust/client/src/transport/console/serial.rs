//! Serial ports and pseudo-terminals.

use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

/// Timeout for a single read or write; reads are repeated.
const TIME: Duration = Duration::from_secs(1);

/// Opens a port in raw mode, 8N1, without flow control.
pub(super) fn open(
    path: &Path,
    baud: u32,
) -> io::Result<(impl Read + Send + 'static, impl Write + Send + 'static)> {
    let writer = serialport::new(path.to_string_lossy(), baud).timeout(TIME).open()?;
    let reader = writer.try_clone()?;
    Ok((reader, writer))
}
