# SPDX-License-Identifier: Apache-2.0
"""A client of security 2: SRP-6a and AES-GCM."""

from __future__ import annotations

import os

import wire
from clients import Link, NotVerified
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from srp_verifier import GENERATOR, PRIME, number, padded, private, sha


def minimal(value: int) -> bytes:
    return padded(value).lstrip(b"\0")


class Security2:
    """A client like those of tests/interop/clients.py. Each message has a nonce of its own."""

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
