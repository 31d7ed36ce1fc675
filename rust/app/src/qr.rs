use alloc::boxed::Box;
use alloc::vec;
use core::fmt;
use core::ops::Deref;

use zeroize::Zeroize;

use crate::error::{Error, Result};

/// Longest payload in bytes: a name, a key and a proof of possession with every byte escaped, plus
/// the JSON around them.
const MAX: usize = 1088;

/// The text of the QR code that Espressif's apps scan. It contains the proof of possession and the
/// key, so it is wiped on drop and not shown by `Debug`.
///
/// ```no_run
/// # fn f(provisioner: &netprov_app::Provisioner, show: fn(&str)) -> netprov_app::Result<()> {
/// show(&provisioner.qr_payload()?);
/// # Ok(())
/// # }
/// ```
pub struct QrPayload {
    text: Box<[u8]>,
    length: usize,
}

impl QrPayload {
    pub(crate) fn new() -> Result<Self> {
        let mut payload = Self { text: vec![0; MAX].into_boxed_slice(), length: 0 };
        payload.length = netprov_ffi::qr_payload(&mut payload.text).map_err(Error::from_code)?;
        Ok(payload)
    }
}

impl Deref for QrPayload {
    type Target = str;

    fn deref(&self) -> &str {
        // Always UTF-8: the payload is JSON, and input that is not UTF-8 has been refused.
        str::from_utf8(&self.text[..self.length]).unwrap_or_default()
    }
}

impl fmt::Debug for QrPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrPayload(..)")
    }
}

impl Drop for QrPayload {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}
