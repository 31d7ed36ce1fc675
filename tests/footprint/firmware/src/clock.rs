//! Counts the instructions that the processor executes.
//!
//! The emulator takes a fixed time for each instruction, so the system timer counts instructions. A
//! loop of known length tells how many there are to a tick.

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// The timer has 24 bits and counts down.
const MASK: u32 = 0x00ff_ffff;

/// Instructions of the loop that calibrates the clock: two each time round.
pub const KNOWN: u32 = 1_000_000;

/// The system timer.
pub struct Clock(SYST);

impl Clock {
    /// Starts the timer.
    pub fn start(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(MASK);
        timer.clear_current();
        timer.enable_counter();
        Self(timer)
    }

    /// Ticks that a call takes. It must take less than 2^24 of them.
    pub fn ticks<T>(&self, call: impl FnOnce() -> T) -> (u32, T) {
        let before = SYST::get_current();
        let result = call();
        (before.wrapping_sub(SYST::get_current()) & MASK, result)
    }

    /// Ticks that [`KNOWN`] instructions take.
    pub fn calibrate(&self) -> u32 {
        self.ticks(|| cortex_m::asm::delay(KNOWN / 2)).0
    }
}
