/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Arithmetic modulo the 3072-bit prime of RFC 5054 (RFC 3526), for the client's SRP.
 *
 * Mbed TLS has no public big numbers since version 4, which Zephyr 4.4 uses. Numbers are
 * big-endian, of MODULAR_SIZE bytes, and less than the prime. Not for devices: nothing is constant
 * time.
 */

#ifndef TESTS_CLIENT_MODULAR_H_
#define TESTS_CLIENT_MODULAR_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Length of a number in bytes. */
#define MODULAR_SIZE 384

/** The prime. */
extern const uint8_t modular_prime[MODULAR_SIZE];

/** Checks whether the number is less than the prime and not 0. */
bool modular_is_unit(const uint8_t number[MODULAR_SIZE]);

/** Pads a number of at most MODULAR_SIZE bytes with leading zeros. */
void modular_pad(uint8_t to[MODULAR_SIZE], const uint8_t *bytes, size_t length);

void modular_subtract(uint8_t to[MODULAR_SIZE], const uint8_t a[MODULAR_SIZE],
		      const uint8_t b[MODULAR_SIZE]);

void modular_multiply(uint8_t to[MODULAR_SIZE], const uint8_t a[MODULAR_SIZE],
		      const uint8_t b[MODULAR_SIZE]);

/** The exponent may have any length in bytes. */
void modular_power(uint8_t to[MODULAR_SIZE], const uint8_t base[MODULAR_SIZE],
		   const uint8_t *exponent, size_t length);

#endif /* TESTS_CLIENT_MODULAR_H_ */
