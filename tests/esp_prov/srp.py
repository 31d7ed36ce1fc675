# SPDX-License-Identifier: Apache-2.0
"""Security 2, SRP-6a (RFC 5054, 3072 bits, SHA-512) and AES-GCM: a device's verifier, and a client."""

from __future__ import annotations

import hashlib
import os

import wire
from clients import Link, NotVerified
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"
    "",
    16,
)
GENERATOR = 5
LENGTH = 384
SALT = bytes(range(1, 17))


def verifier(username: str, password: str, salt: bytes = SALT) -> bytes:
    """g^x, where x = H(salt | H(username ":" password))."""
    return padded(pow(GENERATOR, private(username, password, salt), PRIME))


def private(username: str, password: str, salt: bytes) -> int:
    return number(sha(salt, sha(f"{username}:{password}".encode())))


def sha(*parts: bytes) -> bytes:
    return hashlib.sha512(b"".join(parts)).digest()


def number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def padded(value: int) -> bytes:
    return value.to_bytes(LENGTH, "big")


def minimal(value: int) -> bytes:
    return padded(value).lstrip(b"\0")


class Security2:
    """A client, like those of tests/interop/clients.py. Each message has a number of its own."""

    def __init__(self, username: str, password: str) -> None:
        self._username, self._password = username, password
        self._secret = number(os.urandom(32))
        self._public = pow(GENERATOR, self._secret, PRIME)
        self._nonce = b""
        self._count = 0
        self._cipher: AESGCM

    def handshake(self, link: Link) -> None:
        name = self._username.encode()
        sent = {1: name, 2: padded(self._public)}
        got = self._exchange(link, 0, sent)
        theirs, salt = number(wire.blob(got, 2)), wire.blob(got, 3)
        if theirs % PRIME == 0:
            raise NotVerified("the device's key is zero")
        x = private(self._username, self._password, salt)
        k = number(sha(padded(PRIME), padded(GENERATOR)))
        u = number(sha(padded(self._public), padded(theirs)))
        shared = pow(theirs - k * pow(GENERATOR, x, PRIME), self._secret + u * x, PRIME)
        key = sha(minimal(shared))
        group = number(sha(padded(PRIME))) ^ number(sha(padded(GENERATOR)))
        ours = minimal(self._public)
        proof = sha(group.to_bytes(64, "big"), sha(name), salt, ours, minimal(theirs), key)
        got = self._exchange(link, 2, {1: proof})
        if wire.blob(got, 2) != sha(ours, proof, key):
            raise NotVerified("the device did not prove that it knows the verifier")
        nonce = wire.blob(got, 3)
        self._nonce, self._count = nonce[:8], number(nonce[8:])
        self._cipher = AESGCM(key[:32])

    def _exchange(self, link: Link, command: int, fields: dict[int, bytes]) -> wire.Fields:
        payload = wire.message((1, command), (20 + command, wire.message(*fields.items())))
        session = wire.parse(link.exchange("prov-session", wire.message((2, 2), (12, payload))))
        answer = wire.parse(wire.blob(session, 12))
        content = wire.parse(wire.blob(answer, 21 + command))
        if (wire.number(session, 2), wire.number(answer, 1), wire.number(content, 1)) != (2, command + 1, 0):
            raise NotVerified(f"not an answer of security 2: {session}")
        return content

    def _next(self) -> bytes:
        nonce = self._nonce + self._count.to_bytes(4, "big")
        self._count += 1
        return nonce

    def seal(self, plain: bytes) -> bytes:
        return self._cipher.encrypt(self._next(), plain, None)

    def open(self, sealed: bytes) -> bytes:
        return self._cipher.decrypt(self._next(), sealed, None)
