//! How the device writes messages: the same bytes as prost, into a buffer of exactly that size.

use std::fmt::Debug;

use netprov_messages::Message;
use protocomm::wire::writer::{Overflow, Writer};

use crate::generator::Random;

mod valid;
mod write;

pub fn check(each: u64) {
    envelope("SessionData", each, valid::session, write::session);
    envelope("NetworkConfigPayload", each, valid::config, write::config);
    envelope("NetworkScanPayload", each, valid::scan, write::scan);
    envelope("NetworkCtrlPayload", each, valid::ctrl, write::ctrl);
}

/// Each of so many messages in a buffer of each length up to one byte more than it takes.
pub fn check_lengths(each: u64) {
    lengths(each, valid::session, write::session);
    lengths(each, valid::config, write::config);
    lengths(each, valid::scan, write::scan);
    lengths(each, valid::ctrl, write::ctrl);
}

fn lengths<M: Message>(each: u64, valid: fn(&mut Random) -> M, write: fn(&M, &mut Writer<'_>)) {
    for seed in 0..each {
        let message = valid(&mut Random(seed));
        let expected = message.encode_to_vec();
        let mut buffer = vec![0xee; expected.len() + 2];
        for length in 0..=expected.len() + 1 {
            buffer.fill(0xee);
            let (room, behind) = buffer.split_at_mut(length);
            let mut writer = Writer::new(room);
            write(&message, &mut writer);
            assert_eq!(writer.len(), expected.len(), "{seed}: {length}");
            let fits = length >= expected.len();
            let result = if fits { Ok(expected.len()) } else { Err(Overflow) };
            assert_eq!(writer.finish(), result, "{seed}: {length}");
            assert!(behind.iter().all(|byte| *byte == 0xee), "{seed}: {length}");
            assert!(!fits || room.starts_with(&expected), "{seed}: {length}");
        }
    }
}

fn envelope<M: Message + Debug>(
    name: &str,
    each: u64,
    valid: fn(&mut Random) -> M,
    write: fn(&M, &mut Writer<'_>),
) {
    let mut longest = 0;
    for seed in 0..each {
        let message = valid(&mut Random(seed));
        let expected = message.encode_to_vec();
        longest = longest.max(expected.len());

        let mut buffer = vec![0xee; expected.len()];
        let mut writer = Writer::new(&mut buffer);
        write(&message, &mut writer);
        assert_eq!(writer.finish(), Ok(expected.len()), "{name} {seed}: {message:?}");
        assert_eq!(buffer, expected, "{name} {seed}: {message:?}");

        if let Some((_, short)) = buffer.split_last_mut() {
            let mut writer = Writer::new(short);
            write(&message, &mut writer);
            assert_eq!(writer.len(), expected.len(), "{name} {seed}: {message:?}");
            assert_eq!(writer.finish(), Err(Overflow), "{name} {seed}: {message:?}");
        }
    }
    println!("{name}: {each} written, up to {longest} bytes");
    assert!(longest > 3, "{name}: all messages are empty");
}
