//! The service's name, key and proof of possession: secrets, kept in one place.

use zeroize::Zeroize;

/// Longest service name and key in bytes: those of an SSID and of a passphrase.
pub(crate) const NAME_MAX: usize = 32;
/// See [`NAME_MAX`].
pub(crate) const KEY_MAX: usize = 64;

/// Longest proof of possession that the QR code shows. Longer ones work but are not shown.
#[cfg(feature = "qr")]
pub(crate) const POP_MAX: usize = 64;

/// A C string of up to `N` - 1 bytes.
pub(crate) struct Text<const N: usize> {
    pub(crate) bytes: [u8; N],
    pub(crate) length: usize,
}

impl<const N: usize> Text<N> {
    const EMPTY: Self = Self { bytes: [0; N], length: 0 };

    /// Sets the text, or empties it if it does not fit.
    fn set(&mut self, text: &[u8]) {
        self.length = set(&mut self.bytes, text);
    }

    /// The text without the terminator.
    #[cfg(feature = "qr")]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Writes the text and fills the rest with zeros, if the text and a terminator fit. Returns the
/// length.
#[inline(never)]
fn set(place: &mut [u8], text: &[u8]) -> usize {
    place.zeroize();
    let Some((_, room)) = place.split_last_mut() else { return 0 };
    let Some(start) = room.get_mut(..text.len()) else { return 0 };
    start.copy_from_slice(text);
    text.len()
}

/// The texts that the service was started with. They are copied to this place once, and wiped here.
pub(crate) struct Texts {
    pub(crate) name: Text<{ NAME_MAX + 1 }>,
    /// Empty if there is none.
    pub(crate) key: Text<{ KEY_MAX + 1 }>,
    /// Empty if there is none, or if it is too long to be shown.
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

    /// Sets all texts.
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

    /// Wipes all texts.
    pub(crate) fn wipe(&mut self) {
        self.set(&[], &[], &[]);
    }
}
