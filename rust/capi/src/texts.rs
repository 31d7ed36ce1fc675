//! What the service was started with: secrets, in a place of their own.

use core::ffi::c_char;
use core::ptr;

use zeroize::Zeroize;

use crate::owner;

/// Longest service name and key in bytes: an SSID, and a passphrase.
pub(crate) const NAME_MAX: usize = 32;
/// See [`NAME_MAX`].
pub(crate) const KEY_MAX: usize = 64;

/// Longest proof of possession that the QR code shows. Others work, but nobody is shown them.
#[cfg(feature = "qr")]
pub(crate) const POP_MAX: usize = 64;

/// A C string of up to `N` - 1 bytes.
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    const EMPTY: Self = Self { bytes: [0; N], length: 0 };

    /// Sets it, or empties it if there is no room for so much.
    fn set(&mut self, text: &[u8]) {
        self.length = set(&mut self.bytes, text);
    }

    /// Without the terminator.
    #[cfg(feature = "qr")]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Writes the text, with zeros behind it, if it and one zero fit. The length of what is there.
#[inline(never)]
fn set(place: &mut [u8], text: &[u8]) -> usize {
    place.zeroize();
    let Some((_, room)) = place.split_last_mut() else { return 0 };
    let Some(start) = room.get_mut(..text.len()) else { return 0 };
    start.copy_from_slice(text);
    text.len()
}

/// What the service was started with. In a place of its own: it is copied there once, and wiped
/// there.
pub(crate) struct Texts {
    pub(crate) name: Text<{ NAME_MAX + 1 }>,
    /// Empty if there is none.
    pub(crate) key: Text<{ KEY_MAX + 1 }>,
    /// Empty if there is none, or it is too long to be shown.
    #[cfg(feature = "qr")]
    pub(crate) pop: Text<{ POP_MAX + 1 }>,
    #[cfg(feature = "qr")]
    pub(crate) pop_is_too_long: bool,
}

impl Texts {
    pub(crate) const EMPTY: Self = Self {
        name: Text::EMPTY,
        key: Text::EMPTY,
        #[cfg(feature = "qr")]
        pop: Text::EMPTY,
        #[cfg(feature = "qr")]
        pop_is_too_long: false,
    };

    /// Sets all of them.
    pub(crate) fn set(&mut self, name: &[u8], key: &[u8], pop: &[u8]) {
        self.name.set(name);
        self.key.set(key);
        #[cfg(feature = "qr")]
        {
            self.pop.set(pop);
            self.pop_is_too_long = pop.len() > POP_MAX;
        }
        #[cfg(not(feature = "qr"))]
        let _ = pop;
    }

    /// Wipes all of them.
    pub(crate) fn wipe(&mut self) {
        self.set(&[], &[], &[]);
    }
}

/// The name and the key as C strings; NULL for no key. They live as long as the program, and are
/// written when a service is started and when one has ended.
pub(crate) fn pointers() -> (*const c_char, *const c_char) {
    let has_key = owner::with(|owner| owner.texts.key.length > 0);
    let texts = owner::texts();
    // SAFETY: nothing is read; it is a part of the owner's place.
    let name = unsafe { &raw const (*texts).name.bytes };
    // SAFETY: the same.
    let key = unsafe { &raw const (*texts).key.bytes };
    (name.cast(), if has_key { key.cast() } else { ptr::null() })
}
