//! Values that only the provisioning thread uses.

use core::cell::{Cell, UnsafeCell};

use crate::port;

/// A value of the provisioning thread, lent to one borrower at a time.
// The flag is first, so that short instructions reach it.
#[repr(C)]
pub(crate) struct Local<T> {
    lent: Cell<bool>,
    value: UnsafeCell<T>,
}

// SAFETY: only the provisioning thread uses it. `netprov_core_*()` is called on that thread alone,
// and every function of the API gets here by `thread::on_thread`, which runs its work there.
unsafe impl<T> Sync for Local<T> {}

impl<T> Local<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value: UnsafeCell::new(value), lent: Cell::new(false) }
    }

    /// Lends the value until [`give_back`](Self::give_back). Ends the program if it is lent already.
    #[expect(clippy::mut_from_ref, reason = "the flag allows one borrower at a time")]
    pub(crate) fn lend(&self) -> &mut T {
        if self.lent.replace(true) {
            port::panic();
        }
        // SAFETY: one thread (see `Sync`), and no other reference lives: the flag.
        unsafe { &mut *self.value.get() }
    }

    pub(crate) fn give_back(&self) {
        self.lent.set(false);
    }

    /// A pointer to the value, which may be lent.
    pub(crate) fn pointer(&self) -> *mut T {
        self.value.get()
    }
}
