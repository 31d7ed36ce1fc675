//! Makes random bytes that look like messages, well-formed and not.

/// The field numbers of a message's sub-messages, and of the sub-messages in them, level by level.
pub type Shape = &'static [&'static [u32]];

/// Reproducible random numbers (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// True once in `many`.
    pub fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// A number of any length. Short and long ones are equally likely.
    pub fn number(&mut self) -> u64 {
        let bits = self.below(65) as u32;
        self.next().checked_shr(64 - bits).unwrap_or(0)
    }

    /// Makes a value three times out of four.
    pub fn perhaps<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.once_in(4)).then(|| make(self))
    }

    /// An enumeration's value, usually a defined one.
    pub fn small(&mut self) -> i32 {
        if self.once_in(10) { self.number() as i32 } else { self.below(13) as i32 }
    }
}

pub fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A number as bytes: usually as short as possible, sometimes longer, too long or too large.
fn number(random: &mut Random, value: u64) -> Vec<u8> {
    let mut bytes = varint(value);
    if random.once_in(20) {
        let length = random.one_of(&[bytes.len() + 1, 5, 9, 10, 11, 12]);
        while bytes.len() < length {
            *bytes.last_mut().expect("a number has a byte") |= 0x80;
            bytes.push(0);
        }
        if random.once_in(4) {
            *bytes.last_mut().expect("a number has a byte") = random.one_of(&[1, 2, 0x7f]);
        }
    }
    bytes
}

/// Valid and invalid values of each kind, with their wire types.
pub fn values() -> Vec<(u64, Vec<u8>)> {
    let mut all: Vec<(u64, Vec<u8>)> =
        [0, 1, 127, 128, 1 << 31, u64::from(u32::MAX), 1 << 32, 1 << 63, u64::MAX]
            .map(|value| (0, varint(value)))
            .into();
    for length in [2, 5, 9, 10, 11] {
        for last in [0, 1, 2, 0x7f] {
            // Longer than necessary, too long, too large.
            all.push((0, [vec![0x81; length - 1], vec![last]].concat()));
            all.push((2, [vec![0x80; length - 1], vec![last], vec![0; 2]].concat()));
        }
    }
    all.extend([
        (0, vec![]),
        (0, vec![0x80]),
        (1, vec![0; 8]),
        (1, vec![0; 7]),
        (2, vec![0]),
        (2, vec![2, 0x08, 1]),
        (2, vec![4, 0x08, 1, 0x08, 2]),
        (2, vec![3, 0xff, 0x80, 0]),
        (2, vec![2, 0x0b, 0x0c]),
        (2, vec![3, 0]),
        (2, vec![]),
        (3, vec![]),
        (4, vec![]),
        (5, vec![0; 4]),
        (5, vec![0; 3]),
        (6, vec![0]),
        (7, vec![0]),
    ]);
    all
}

/// A message that is nearly always well-formed, with the sub-messages of `shape`.
pub fn message(random: &mut Random, shape: Shape) -> Vec<u8> {
    let mut out = Vec::new();
    // Many fields of a message get the same number, so that they are merged. The number of a scalar
    // does not tell its wire type, so most fields of a message get the same wire type.
    let favourite = random.one_of(shape.first().unwrap_or(&[1, 2, 3, 4].as_slice()));
    let scalar = random.one_of(&[0, 2]);
    for _ in 0..random.below(6) {
        field(random, shape, (favourite, scalar), &mut out);
    }
    out
}

fn field(random: &mut Random, shape: Shape, (favourite, scalar): (u32, u64), out: &mut Vec<u8>) {
    let (subs, inner): (&[u32], Shape) =
        shape.split_first().map_or((&[], &[]), |(subs, inner)| (subs, inner));
    let field = match random.below(16) {
        0..6 => favourite,
        6..9 if !subs.is_empty() => random.one_of(subs),
        15 if random.once_in(3) => random.number() as u32 & 0x3fff_ffff,
        14 if random.once_in(3) => 0,
        12..16 => random.below(30) as u32,
        _ => random.below(5) as u32 + 1,
    };
    let of_shape = subs.contains(&field);
    let wire_type = match random.below(60) {
        0 => 1,
        1 => 5,
        2 => 0,
        3 => 2,
        4 if random.once_in(4) => random.one_of(&[3, 4, 6, 7]),
        _ if of_shape => 2,
        5..10 if subs.is_empty() => random.one_of(&[0, 2]),
        _ if subs.is_empty() => scalar,
        _ => 0,
    };
    out.extend(number(random, u64::from(field) << 3 | wire_type));
    match wire_type {
        0 => {
            let value = match random.below(4) {
                0 => random.number(),
                // A bool has all 64 bits; other numbers have the lower 32.
                1 => random.one_of(&[0, 1 << 31, 1 << 32, u64::MAX << 32, u64::MAX]),
                _ => random.below(20) as u64,
            };
            out.extend(number(random, value));
        }
        1 => out.extend(random.next().to_le_bytes()),
        2 => {
            let content = if of_shape && !random.once_in(50) {
                message(random, inner)
            } else {
                random.bytes(40)
            };
            let length = if random.once_in(200) { random.number() } else { content.len() as u64 };
            out.extend(number(random, length));
            out.extend(content);
        }
        3 if random.once_in(2) => {
            // A well-formed group that contains groups.
            let depth = random.below(8);
            for _ in 0..depth {
                out.extend(varint(u64::from(field) << 3 | 3));
            }
            for _ in 0..=depth {
                out.extend(varint(u64::from(field) << 3 | 4));
            }
        }
        5 => out.extend((random.next() as u32).to_le_bytes()),
        _ => {}
    }
}

/// Damages a message.
pub fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    let at = random.below(bytes.len() + 1);
    let until = at + random.below(bytes.len() - at + 1);
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        2 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.one_of(&[0, 1, 0x7f, 0x80, 0xff]);
            }
        }
        3 => {
            bytes.drain(at..until);
        }
        4 => {
            let inserted = random.bytes(6);
            bytes.splice(at..at, inserted);
        }
        _ => {
            let again = bytes[at..until].to_vec();
            bytes.splice(at..at, again);
        }
    }
}
