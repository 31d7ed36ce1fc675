#!/usr/bin/env python3
"""Writes rust/protocomm/tests/others.json: handshakes and messages of other people's implementations.

Security 2 is computed by `srp` (https://pypi.org/project/srp), security 1 and both ciphers by `cryptography`:

    pip install srp==1.0.22 cryptography
    python3 tests/vectors/generate.py           # --check compares and writes nothing

The same every time: all inputs come from a hash of the case's name. `cargo test -p protocomm --test others` runs the
device on the file and needs neither.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Iterator

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from srp import _pysrp as srp

FILE = Path(__file__).resolve().parents[2] / "rust/protocomm/tests/others.json"
PLAIN = 24
"""Cases without further conditions, for each security version."""
PRIME = """
FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74
020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437
4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05
98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB
9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B
E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718
3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33
A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864
D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2
08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF
""".replace("\n", "")
"""The 3072-bit prime of RFC 5054, appendix A, whose generator is 5."""
GROUP = {"hash_alg": srp.SHA512, "ng_type": srp.NG_CUSTOM, "n_hex": PRIME.encode(), "g_hex": b"5"}

srp.rfc5054_enable()


def drawn(name: str, length: int) -> bytes:
    """Bytes that look random, of a name."""
    return hashlib.shake_256(name.encode()).digest(length)


def public(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def security_1(name: str, proof: str) -> dict[str, str]:
    """A handshake, and a request and its response behind it in the same keystream."""
    client = X25519PrivateKey.from_private_bytes(drawn(name + "client", 32))
    device_private = drawn(name + "device", 32)
    device = X25519PrivateKey.from_private_bytes(device_private)
    random = drawn(name + "random", 16)
    key = client.exchange(X25519PublicKey.from_public_bytes(public(device)))
    if proof:
        digest = hashlib.sha256(proof.encode()).digest()
        key = bytes(a ^ b for a, b in zip(key, digest))
    stream = Cipher(algorithms.AES(key), modes.CTR(random)).encryptor()
    request = drawn(name + "request", 1 + drawn(name, 1)[0] % 90)
    return {
        "proof": proof,
        "client_public": public(client).hex(),
        "device_private": device_private.hex(),
        "device_public": public(device).hex(),
        "device_random": random.hex(),
        "client_verify": stream.update(public(device)).hex(),
        "device_verify": stream.update(public(client)).hex(),
        "request": request.hex(),
        "sealed_request": stream.update(request).hex(),
        "sealed_response": stream.update(request).hex(),
    }


def security_2(name: str) -> tuple[dict[str, str], srp.Verifier]:
    """A handshake, and a request and its response."""
    username = drawn(name + "user", 6).hex()[: 1 + drawn(name, 1)[0] % 12]
    password = drawn(name + "password", 8).hex()
    salt = b"\x01" + drawn(name + "salt", 15)
    # The package takes exponents of this length; those of the protocol are shorter.
    exponent = lambda who: bytes(224) + drawn(name + who, 32)
    user = srp.User(username, password, bytes_a=exponent("a"), **GROUP)
    number = pow(5, srp.gen_x(hashlib.sha512, salt, username, password), int(PRIME, 16))
    verifier = number.to_bytes(384, "big")
    _, a_public = user.start_authentication()
    device = srp.Verifier(username, salt, verifier, a_public, bytes_b=exponent("b"), **GROUP)
    _, b_public = device.get_challenge()
    proof = user.process_challenge(salt, b_public)
    device_proof = device.verify_session(proof)
    user.verify_session(device_proof)
    assert user.authenticated() and device.authenticated(), name
    session = drawn(name + "session", 8)
    cipher = AESGCM(user.get_session_key()[:32])
    request = drawn(name + "request", drawn(name, 2)[1] % 90)
    seal = lambda count: cipher.encrypt(session + count.to_bytes(4, "big"), request, None)
    case = {
        "username": username,
        "password": password,
        "salt": salt.hex(),
        "verifier": verifier.hex(),
        "a": exponent("a")[-32:].hex(),
        "b": exponent("b")[-32:].hex(),
        "A": a_public.hex(),
        "B": b_public.hex(),
        "K": user.get_session_key().hex(),
        "M1": proof.hex(),
        "M2": device_proof.hex(),
        "session": session.hex(),
        "request": request.hex(),
        "sealed_request": seal(1).hex(),
        "sealed_response": seal(2).hex(),
    }
    return case, device


def special() -> Iterator[dict[str, str]]:
    """A case for each number that begins with a zero byte, as one of 256 does."""
    wanted = {
        "A": lambda device: device.A >> 3064 == 0,
        "B": lambda device: device.B >> 3064 == 0,
        "S": lambda device: device.S >> 3064 == 0,
        "verifier": lambda device: device.v >> 3064 == 0,
        "K": lambda device: device.K[0] == 0,
        "M1": lambda device: device.M[0] == 0,
    }
    number = 0
    while wanted:
        case, device = security_2(f"special {number}")
        number += 1
        for name in [name for name, holds in wanted.items() if holds(device)]:
            del wanted[name]
            yield {"zero": name, **case}


def main() -> int:
    proofs = ["", "a", "abcd1234", "proof of possession", "x" * 64, "y" * 200]
    cases = {
        "security_1": [security_1(f"one {n}", proofs[n % len(proofs)]) for n in range(PLAIN)],
        "security_2": [security_2(f"two {n}")[0] for n in range(PLAIN)] + list(special()),
    }
    text = json.dumps(cases, indent=1) + "\n"
    if "--check" in sys.argv:
        if FILE.read_text() != text:
            print(f"{FILE} is not what this program writes", file=sys.stderr)
            return 1
        return 0
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
