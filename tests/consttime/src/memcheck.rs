//! Requests to valgrind's memcheck. Outside of valgrind they do nothing.

use std::arch::asm;

/// Memcheck's requests begin with its initials.
const MAKE_MEM_UNDEFINED: usize = 0x4d43_0001;
const MAKE_MEM_DEFINED: usize = 0x4d43_0002;
const CHANGE_ERROR_DISABLEMENT: usize = 0x1801;
const RUNNING_ON_VALGRIND: usize = 0x1001;

/// Makes a request. Returns 0 outside of valgrind.
fn request(number: usize, first: usize, second: usize) -> usize {
    let arguments = [number, first, second, 0, 0, 0];
    let mut result = 0usize;
    // SAFETY: four rotations that undo each other, and an exchange of a register with itself: they
    // change nothing but the flags. Valgrind knows the sequence, reads the arguments, and writes
    // the result to `rdx`. The regions that they name are of objects that are borrowed meanwhile.
    unsafe {
        asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") result,
        );
    }
    result
}

/// Whether this program runs under valgrind.
pub fn is_there() -> bool {
    request(RUNNING_ON_VALGRIND, 0, 0) != 0
}

/// Marks these bytes as a secret: valgrind reports a branch or an address that depends on them.
pub fn hide(secret: &mut [u8]) {
    request(MAKE_MEM_UNDEFINED, secret.as_mut_ptr().addr(), secret.len());
}

/// Marks these bytes as public.
pub fn reveal(public: &[u8]) {
    request(MAKE_MEM_DEFINED, public.as_ptr().addr(), public.len());
}

/// Does this without reports. What is a secret stays one.
pub fn unobserved<T>(f: impl FnOnce() -> T) -> T {
    request(CHANGE_ERROR_DISABLEMENT, 1, 0);
    let result = f();
    request(CHANGE_ERROR_DISABLEMENT, usize::MAX, 0);
    result
}
