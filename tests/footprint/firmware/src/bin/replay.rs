//! Plays a recorded run and reports, step by step, what it took.
//!
//! Command line: `replay RUN ARENA`, with one of the names below and a number of bytes.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

use core::panic::PanicInfo;

use cortex_m::Peripherals;
use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use firmware::clock::{Clock, KNOWN};
use firmware::machine::{self, Arena, Demand};
use protocomm::security::{SchemeChannel, SchemePending};
use provisioning::limits::OUTPUTS_MAX;
use provisioning::{Manager, Output};
use script::{DeviceRng, Effect, Player, Reader, Step, text};

const RUNS: [(&str, &[u8]); 4] = [
    ("session", include_bytes!(concat!(env!("OUT_DIR"), "/session.run"))),
    ("session-2", include_bytes!(concat!(env!("OUT_DIR"), "/session-2.run"))),
    ("bluetooth", include_bytes!(concat!(env!("OUT_DIR"), "/bluetooth.run"))),
    ("http", include_bytes!(concat!(env!("OUT_DIR"), "/http.run"))),
];

#[global_allocator]
static ARENA: Arena<{ 64 * 1024 / 8 }> = Arena::new();

#[entry]
fn main() -> ! {
    let mut line = [0; 64];
    let mut words = machine::command_line(&mut line).split_ascii_whitespace().skip(1);
    let name = words.next().unwrap_or_default();
    let arena = words.next().and_then(|word| word.parse().ok()).unwrap_or(64 * 1024);
    let run = RUNS.iter().find(|(other, _)| *other == name).expect("an unknown run").1;
    ARENA.open(arena);

    let peripherals = Peripherals::take().expect("the peripherals are taken once");
    let clock = Clock::start(peripherals.SYST);
    sizes();
    hprintln!("clock {} {}", KNOWN, clock.calibrate());

    let (stack, player) = machine::stack(|| cortex_m::singleton!(: Player = Player::new()));
    let player = player.expect("there is one player");
    report("create the manager", 0, stack);
    while player.poll().is_some() {}
    play(run, player, &clock);
    hprintln!("end");
    debug::exit(debug::EXIT_SUCCESS);
    unreachable!("the emulator ends");
}

fn play(run: &[u8], player: &mut Player, clock: &Clock) {
    let mut reader = Reader::new(run);
    while let Some(step) = reader.step().expect("the run can be read") {
        let (ticks, stack, refused) = apply(player, &step, clock);
        assert_eq!(refused, step.refused, "{}", step.name);
        for _ in 0..step.effects {
            compare(player, reader.effect().expect("the run can be read"), step.name);
        }
        assert!(player.poll().is_none(), "{}: an effect too many", step.name);
        report(step.name, ticks, stack);
    }
}

fn apply(player: &mut Player, step: &Step<'_>, clock: &Clock) -> (u32, u32, bool) {
    let (stack, (ticks, result)) =
        machine::stack(|| clock.ticks(|| player.apply(step.now, &step.input)));
    (ticks, stack, result.is_err())
}

fn compare(player: &mut Player, wanted: Effect<'_>, name: &str) {
    let output = player.poll().unwrap_or_else(|| panic!("{name}: an effect is missing"));
    let same = match (&output, wanted) {
        (Output::Reply(reply), Effect::Reply(bytes)) => {
            reply.result.as_ref().is_ok_and(|reply| reply == bytes)
        }
        (other, Effect::Other(print)) => text(other) == print,
        _ => false,
    };
    assert!(same, "{name}: not what the manager on the workstation did: {output:?}");
}

fn report(name: &str, ticks: u32, stack: u32) {
    let Demand { used, peak, calls } = ARENA.demand();
    hprintln!("step {} {} {} {} {} {}", ticks, stack, used, peak, calls, name);
}

/// The values that live long, and those that pass through many hands.
fn sizes() {
    macro_rules! sizes {
        ($($name:literal $type:ty),* $(,)?) => {
            $(hprintln!("size {} {}", size_of::<$type>(), $name);)*
        };
    }
    sizes! {
        "Manager, all in all" Manager<DeviceRng>,
        "  of it: outputs that wait" [Output; OUTPUTS_MAX],
        "  of it: Protocomm" protocomm::Protocomm,
        "    of it: table of endpoints" protocomm::endpoint::EndpointTable,
        "    of it: keys in use" SchemeChannel,
        "    of it: one handshake in progress" SchemePending,
        "one Output" Output,
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("panic {}", info);
    debug::exit(debug::EXIT_FAILURE);
    loop {}
}
