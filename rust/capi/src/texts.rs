//! What the service was started with: secrets, in a place of their own.

use core::cell::{Cell, UnsafeCell};
use core::ffi::c_char;
use core::ptr;

use zeroize::Zeroize;

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
        self.bytes.zeroize();
        self.length = 0;
        if let Some(place) = self.bytes.get_mut(..text.len())
            && text.len() < N
        {
            place.copy_from_slice(text);
            self.length = text.len();
        }
    }

    /// Without the terminator.
    #[cfg(feature = "qr")]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
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
    const EMPTY: Self = Self {
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
}

struct Place {
    texts: UnsafeCell<Texts>,
    borrowed: Cell<bool>,
}

// SAFETY: only the provisioning thread uses it (crate documentation).
unsafe impl Sync for Place {}

static PLACE: Place = Place { texts: UnsafeCell::new(Texts::EMPTY), borrowed: Cell::new(false) };

/// Lends what the service was started with. What runs with it does not call out.
pub(crate) fn with<T>(f: impl FnOnce(&mut Texts) -> T) -> T {
    assert!(!PLACE.borrowed.replace(true), "the texts are lent already");
    // SAFETY: one thread (see `Sync`), and no other reference lives: the flag.
    let texts = unsafe { &mut *PLACE.texts.get() };
    let result = f(texts);
    PLACE.borrowed.set(false);
    result
}

/// Wipes them.
pub(crate) fn wipe() {
    with(|texts| texts.set(&[], &[], &[]));
}

/// The name and the key as C strings; NULL for no key. They live as long as the program, and are
/// written when a service is started and when one has ended.
pub(crate) fn pointers() -> (*const c_char, *const c_char) {
    with(|texts| {
        let key = &texts.key;
        let key = if key.length > 0 { key.bytes.as_ptr() } else { ptr::null() };
        (texts.name.bytes.as_ptr().cast(), key.cast())
    })
}
