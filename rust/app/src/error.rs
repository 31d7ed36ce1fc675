use core::ffi::c_int;
use core::fmt;

/// Why something was not done. Each variant is one errno of the C API, whose documentation tells
/// when it comes.
///
/// ```
/// use netprov_app::Error;
///
/// fn is_worth_a_retry(error: Error) -> bool {
///     matches!(error, Error::TimedOut | Error::Busy)
/// }
/// # assert!(is_worth_a_retry(Error::Busy));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Not now: there is no manager, or the service runs, or it does not. `EPERM`.
    NotPermitted,
    /// No such endpoint, or nothing is stored. `ENOENT`.
    NotFound,
    /// Something else is under way, or a callback has asked for too much. `EBUSY`.
    Busy,
    /// There is a manager already, or such an endpoint. `EALREADY`.
    Already,
    /// An argument that cannot work. `EINVAL`.
    Invalid,
    /// No room, or a text that is too long. `ENOSPC`.
    NoSpace,
    /// Not built in, or not possible with this transport. `ENOTSUP`.
    NotSupported,
    /// It took too long. `ETIMEDOUT`.
    TimedOut,
    /// Somebody ended it. `ECANCELED`.
    Canceled,
    /// The caller may not wait, and the provisioning thread is busy. `EWOULDBLOCK`.
    WouldBlock,
    /// Anything else, of a driver or a transport: the errno.
    Other(i32),
}

/// A result of this API.
///
/// ```no_run
/// fn forget(provisioner: &netprov_app::Provisioner) -> netprov_app::Result<()> {
///     provisioner.forget_credentials()
/// }
/// ```
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// From a negative errno.
    pub(crate) fn from_code(code: c_int) -> Self {
        Self::from_errno(code.wrapping_neg(), netprov_ffi::errno())
    }

    fn from_errno(number: c_int, known: &netprov_ffi::Errno) -> Self {
        match number {
            n if n == known.eperm => Self::NotPermitted,
            n if n == known.enoent => Self::NotFound,
            n if n == known.ebusy => Self::Busy,
            n if n == known.ealready => Self::Already,
            n if n == known.einval => Self::Invalid,
            n if n == known.enospc => Self::NoSpace,
            n if n == known.enotsup => Self::NotSupported,
            n if n == known.etimedout => Self::TimedOut,
            n if n == known.ecanceled => Self::Canceled,
            n if n == known.ewouldblock => Self::WouldBlock,
            n => Self::Other(n),
        }
    }

    /// The errno, positive, as this image's C library has it.
    ///
    /// ```no_run
    /// # let error = netprov_app::Error::Busy;
    /// // What zephyr-lang-rust calls an error.
    /// let number: u32 = error.errno().unsigned_abs();
    /// ```
    #[must_use]
    pub fn errno(self) -> i32 {
        let known = netprov_ffi::errno();
        match self {
            Self::NotPermitted => known.eperm,
            Self::NotFound => known.enoent,
            Self::Busy => known.ebusy,
            Self::Already => known.ealready,
            Self::Invalid => known.einval,
            Self::NoSpace => known.enospc,
            Self::NotSupported => known.enotsup,
            Self::TimedOut => known.etimedout,
            Self::Canceled => known.ecanceled,
            Self::WouldBlock => known.ewouldblock,
            Self::Other(number) => number,
        }
    }
}

/// A C function's result.
pub(crate) fn check(code: c_int) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Error::from_code(code)) }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPermitted => "not permitted now",
            Self::NotFound => "not found",
            Self::Busy => "busy",
            Self::Already => "there already",
            Self::Invalid => "invalid argument",
            Self::NoSpace => "no space left",
            Self::NotSupported => "not supported",
            Self::TimedOut => "timed out",
            Self::Canceled => "canceled",
            Self::WouldBlock => "would block",
            Self::Other(number) => return write!(f, "error {number}"),
        })
    }
}

impl core::error::Error for Error {}
