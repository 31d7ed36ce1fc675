//! The functions of the C API for the QR code.

use core::ffi::{c_char, c_int, c_void};

use netprov_sys::network_prov_qr_line_t;

use crate::port;

/// @brief Gets the text of the QR code that Espressif's apps scan. Call it while the service is
/// running.
///
/// The text is JSON with the name, transport, security version and key of the service, and the
/// proof of possession. Show it only to the person who has the device, and wipe it afterwards.
///
/// @param buffer Receives the text, null-terminated.
/// @param size Size of the buffer in bytes.
///
/// @retval 0 Success.
/// @retval -EINVAL `buffer` is NULL.
/// @retval -EPERM The service is not running.
/// @retval -ENOSPC The text does not fit into the buffer.
/// @retval -ENOTSUP Apps do not scan a code for this transport; or the name, the key or the proof
///     of possession is not UTF-8; or the proof of possession exceeds 64 bytes; or
///     `CONFIG_NETWORK_PROV_QR` is off.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `buffer` is NULL or has room for `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_get_qr_payload(
    buffer: *mut c_char,
    size: usize,
) -> c_int {
    if buffer.is_null() {
        return -port::errno().einval;
    }
    #[cfg(feature = "qr")]
    // SAFETY: not NULL; the rest is the caller's promise.
    return code::payload(unsafe { core::slice::from_raw_parts_mut(buffer.cast(), size) });
    #[cfg(not(feature = "qr"))]
    {
        let _ = size;
        -port::errno().enotsup
    }
}

/// @brief Draws the QR code of `network_prov_mgr_get_qr_payload()` as text. Call it while the
/// service is running.
///
/// Calls `line` for each line of the drawing: a null-terminated UTF-8 string of up to 77 block
/// characters, for light text on a dark background.
///
/// @param line Called for each line, on the provisioning thread, as a callback.
/// @param user_data Passed to `line`.
///
/// @retval 0 Success.
/// @retval -EINVAL `line` is NULL.
/// @retval -EPERM The service is not running.
/// @retval -ENOSPC The text exceeds 425 bytes, so its code would exceed 80 columns.
/// @retval -ENOTSUP As for `network_prov_mgr_get_qr_payload()`.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `line` is NULL or can be called with `user_data`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_draw_qr(
    line: network_prov_qr_line_t,
    user_data: *mut c_void,
) -> c_int {
    let Some(line) = line else { return -port::errno().einval };
    #[cfg(feature = "qr")]
    // SAFETY: the caller's promise; the text is terminated and lives during the call.
    return code::draw(&mut |text| unsafe { line(user_data, text.as_ptr()) });
    #[cfg(not(feature = "qr"))]
    {
        let _ = (line, user_data);
        -port::errno().enotsup
    }
}

#[cfg(feature = "qr")]
mod code {
    use core::ffi::{CStr, c_int};
    use core::fmt;

    use provisioning::qr::Payload;
    use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
    use zeroize::Zeroize;

    use crate::thread::on_thread;
    use crate::{owner, port, strings};

    /// Longest name in a scan response of 31 bytes.
    const BLE_NAME_MAX: usize = 29;
    /// The largest code. With its margin it is 77 modules wide.
    const VERSION_MAX: Version = Version::new(13);
    const BUFFER: usize = VERSION_MAX.buffer_len();
    /// The longest text of this code, in bytes.
    const TEXT_MAX: usize = 425;
    /// Light modules around the code, which the standard requires so that scanners find it.
    const QUIET: i32 = 4;
    /// The characters of a line, three bytes each, and the terminator.
    const LINE_MAX: usize = 77 * 3 + 1;

    /// See [`super::network_prov_mgr_get_qr_payload`].
    pub(super) fn payload(buffer: &mut [u8]) -> c_int {
        on_thread(-port::errno().ewouldblock, || {
            let mut length = Counter(0);
            let result = write(&mut length);
            if result != 0 {
                return result;
            }
            // Nothing is written unless everything fits.
            let Some((end, room)) = buffer.split_last_mut().filter(|(_, r)| r.len() >= length.0)
            else {
                return -port::errno().enospc;
            };
            *end = 0;
            let mut text = Buffer { bytes: room, length: 0 };
            write(&mut text);
            let length = text.length;
            if let Some(end) = room.get_mut(length) {
                *end = 0;
            }
            0
        })
    }

    /// See [`super::network_prov_mgr_draw_qr`].
    pub(super) fn draw(line: &mut dyn FnMut(&CStr)) -> c_int {
        on_thread(-port::errno().ewouldblock, || {
            let mut text = [0; BUFFER];
            let mut module_bytes = [0; BUFFER];
            let mut to = Buffer { bytes: text.get_mut(..TEXT_MAX).unwrap_or_default(), length: 0 };
            let mut result = write(&mut to);
            if result == 0 {
                let length = to.length;
                let code = QrCode::encode_binary(
                    &mut text,
                    length,
                    &mut module_bytes,
                    QrCodeEcc::Low,
                    Version::MIN,
                    VERSION_MAX,
                    None,
                    true,
                );
                result = code.map_or(-port::errno().enospc, |code| {
                    owner::as_callback(|| lines(&code, line));
                    0
                });
            }
            text.zeroize();
            module_bytes.zeroize();
            result
        })
    }

    /// Draws two rows of modules per line. Light modules have the colour of the text.
    fn lines(code: &QrCode<'_>, line: &mut dyn FnMut(&CStr)) {
        let range = -QUIET..code.size() + QUIET;
        let mut text = [0; LINE_MAX];
        for y in range.clone().step_by(2) {
            let mut drawn = Buffer { bytes: &mut text, length: 0 };
            for x in range.clone() {
                let light = |y| range.contains(&y) && !code.get_module(x, y);
                // The line has room for the widest code.
                let _ = fmt::Write::write_char(
                    &mut drawn,
                    match (light(y), light(y + 1)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => ' ',
                    },
                );
            }
            let _ = fmt::Write::write_char(&mut drawn, '\0');
            if let Ok(drawn) = CStr::from_bytes_until_nul(&text) {
                line(drawn);
            }
        }
        text.zeroize();
    }

    /// Writes the text. Returns 0 or a negative errno.
    fn write(out: &mut dyn fmt::Write) -> c_int {
        let errno = port::errno();
        owner::with(|owner| {
            let security = owner.manager.as_ref().and_then(|it| it.protocomm().security());
            let (Some(security), Some(scheme)) = (security, owner.app.scheme) else {
                return -errno.eperm;
            };
            // SAFETY: NULL or a string of the scheme, which lives until deinit.
            let Some(transport) = (unsafe { strings::text(scheme.qr_transport) }) else {
                return -errno.enotsup;
            };
            let texts = &owner.texts;
            let (Ok(name), Ok(key), Ok(pop), false) = (
                str::from_utf8(texts.name.bytes()),
                str::from_utf8(texts.key.bytes()),
                str::from_utf8(texts.pop.bytes()),
                texts.pop_is_too_long,
            ) else {
                return -errno.enotsup;
            };
            let payload = Payload {
                name: advertised(name, transport),
                transport,
                security: Some(security.version()),
                pop: (!pop.is_empty()).then_some(pop),
                password: (!key.is_empty()).then_some(key),
                network: Some(if cfg!(feature = "thread") { "thread" } else { "wifi" }),
                username: None,
            };
            payload.write_json(out).map_or(-errno.enospc, |()| 0)
        })
    }

    /// Returns the name that the device advertises. Over Bluetooth LE, this is as much of the name
    /// as fits a scan response, in whole characters. Apps compare it with the code.
    fn advertised<'a>(name: &'a str, transport: &str) -> &'a str {
        if transport != "ble" {
            return name;
        }
        (0..=BLE_NAME_MAX).rev().find_map(|end| name.get(..end)).unwrap_or(name)
    }

    /// Counts bytes.
    struct Counter(usize);

    impl fmt::Write for Counter {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 = self.0.saturating_add(text.len());
            Ok(())
        }
    }

    /// Writes to a buffer of fixed length.
    struct Buffer<'a> {
        bytes: &'a mut [u8],
        length: usize,
    }

    impl fmt::Write for Buffer<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let end = self.length.saturating_add(text.len());
            let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
            place.copy_from_slice(text.as_bytes());
            self.length = end;
            Ok(())
        }
    }
}
