//! Plays a recorded run and reports what each step took.
//!
//! Command line: `replay RUN`, with one of the names below.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

use core::fmt::Write;
use core::panic::PanicInfo;

use cortex_m::Peripherals;
use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use firmware::clock::{Clock, KNOWN};
use firmware::machine;
use protocomm::security::{SchemeChannel, SchemePending};
use provisioning::limits::OUTPUTS_MAX;
use provisioning::{Manager, Output, RequestError};
use script::{DeviceRng, Player, Reader, Response, Step, Text, text};

macro_rules! runs {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".run")))),*]
    };
}

const RUNS: &[(&str, &[u8])] = runs![
    "session",
    "session-2",
    "bluetooth",
    "http",
    "secrets",
    "secrets-2",
    "proof-2-first",
    "proof-2-last",
];

#[entry]
fn main() -> ! {
    let mut line = [0; 64];
    let mut words = machine::command_line(&mut line).split_ascii_whitespace().skip(1);
    let name = words.next().unwrap_or_default();
    let run = RUNS.iter().find(|(other, _)| *other == name).expect("an unknown run").1;

    let peripherals = Peripherals::take().expect("the peripherals are taken once");
    let clock = Clock::start(peripherals.SYST);
    sizes();
    hprintln!("clock {} {}", KNOWN, clock.calibrate());

    let (stack, player) = machine::stack(|| cortex_m::singleton!(: Player = Player::new()));
    let player = player.expect("there is one player");
    report("create the manager", 0, stack);
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
        let wanted = step.responds.then(|| reader.response().expect("the run can be read"));
        compare_response(player, wanted, step.name);
        assert_eq!(player.outputs().len(), step.effects as usize, "{}", step.name);
        for output in player.outputs() {
            let wanted = reader.effect().expect("the run can be read");
            assert_eq!(text(output), wanted, "{}", step.name);
        }
        report(step.name, ticks, stack);
    }
}

fn apply(player: &mut Player, step: &Step<'_>, clock: &Clock) -> (u32, u32, bool) {
    player.receive(&step.input);
    let (stack, (ticks, result)) =
        machine::stack(|| clock.ticks(|| player.apply(step.now, &step.input)));
    (ticks, stack, result.is_err())
}

fn compare_response(player: &Player, wanted: Option<Response<'_>>, name: &str) {
    let same = match (player.response(), wanted) {
        (Some(Ok(bytes)), Some(Response::Sent(wanted))) => bytes == wanted,
        (Some(Err(error)), Some(Response::Failed(wanted))) => debug_text(&error) == wanted,
        (None, None) => true,
        _ => false,
    };
    assert!(same, "{name}: not what the manager on the workstation responded");
}

fn debug_text(error: &RequestError) -> Text {
    let mut text = Text::new();
    // Fails only if the text is cut, as it is in the recording too.
    let _ = write!(text, "{error:?}");
    text
}

fn report(name: &str, ticks: u32, stack: u32) {
    hprintln!("step {} {} {}", ticks, stack, name);
}

/// Values that live long or are passed around a lot.
fn sizes() {
    macro_rules! sizes {
        ($($name:literal $type:ty),* $(,)?) => {
            $(hprintln!("size {} {}", size_of::<$type>(), $name);)*
        };
    }
    sizes! {
        "Manager" Manager<DeviceRng>,
        "Manager: outputs that wait" [Output; OUTPUTS_MAX],
        "Manager: Protocomm" protocomm::Protocomm,
        "Protocomm: table of endpoints" protocomm::endpoint::EndpointTable,
        "Protocomm: keys in use" SchemeChannel,
        "Protocomm: one handshake in progress" SchemePending,
        "one Output" Output,
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("panic {}", info);
    debug::exit(debug::EXIT_FAILURE);
    loop {}
}
