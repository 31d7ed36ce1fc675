/* SPDX-License-Identifier: Apache-2.0 */

/* What phones and computers request after joining the access point, and the DNS resolver. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "service.h"

#define PORTAL IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_PROBES_PORTAL)

static char text[512];

/** Gets a path from a host. Returns everything up to the end of the connection. */
static const char *get(const char *host, const char *path)
{
	struct browser browser = BROWSER;
	size_t length = snprintf(text, sizeof(text),
				 "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path,
				 host);
	ssize_t got;

	zassert_ok(browser_connect(&browser));
	zassert_ok(browser_send(&browser, text, length));
	for (length = 0; length < sizeof(text) - 1; length += got) {
		got = zsock_recv(browser.fd, &text[length], sizeof(text) - 1 - length, 0);
		zassert_true(got >= 0);
		if (got == 0) {
			break;
		}
	}
	text[length] = '\0';
	browser_close(&browser);
	return text;
}

static bool is_redirection(const char *response)
{
	return strncmp(response, "HTTP/1.1 302 ", 13) == 0 &&
	       strstr(response, "\r\nLocation: http://192.168.4.1/\r\n") != NULL &&
	       strstr(response, "\r\nCache-Control: no-store\r\n") != NULL;
}

static bool ends_with(const char *response, const char *end)
{
	return strlen(response) >= strlen(end) &&
	       strcmp(&response[strlen(response) - strlen(end)], end) == 0;
}

ZTEST(http, test_probes_have_their_responses)
{
	static const struct {
		const char *host;
		const char *path;
		const char *status;
		const char *body;
	} probes[] = {
		{"connectivitycheck.gstatic.com", "/generate_204", "204", "\r\n\r\n"},
		{"www.google.com", "/gen_204", "204", "\r\n\r\n"},
		{"captive.apple.com", "/hotspot-detect.html", "200", "<BODY>Success</BODY></HTML>"},
		{"www.apple.com", "/library/test/success.html", "200",
		 "<BODY>Success</BODY></HTML>"},
		{"www.msftconnecttest.com", "/connecttest.txt", "200",
		 "\r\n\r\nMicrosoft Connect Test"},
		{"www.msftncsi.com", "/ncsi.txt", "200", "\r\n\r\nMicrosoft NCSI"},
		{"detectportal.firefox.com", "/canonical.html", "200", "captive-portal\"/>"},
		{"detectportal.firefox.com", "/success.txt?ipv4", "200", "\r\n\r\nsuccess\n"},
	};

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(probes, i) {
		const char *response = get(probes[i].host, probes[i].path);
		const char *length = strstr(response, "\r\nContent-Length: ");

		if (PORTAL) {
			zassert_true(is_redirection(response), "%s: %s", probes[i].path, response);
			continue;
		}
		zassert_mem_equal(&response[9], probes[i].status, 3, "%s", response);
		zassert_true(ends_with(response, probes[i].body), "%s", response);
		if (length != NULL) {
			zassert_equal(strtol(length + 18, NULL, 10),
				      (long)strlen(strstr(response, "\r\n\r\n") + 4), "%s",
				      response);
		}
	}
	must_answer();
}

ZTEST(http, test_the_page_is_at_the_devices_address_alone)
{
	serve(NETWORK_PROV_SECURITY_1);
	if (IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_PAGE)) {
		zassert_true(is_redirection(get("example.com", "/")), "%s", text);
		zassert_true(is_redirection(get("example.com", "/a/b?c")), "%s", text);
		zassert_mem_equal(get("192.168.4.1", "/"), "HTTP/1.1 200 ", 13);
	}
	zassert_mem_equal(get("192.168.4.1", "/a/b?c"), "HTTP/1.1 404", 12);
	stop_serving();
}

static const uint8_t question[] = {
	0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e',
	3, 'c', 'o', 'm', 0, 0, 1, 0, 1,
};

/** Sends this resolver `count` queries. Returns how many responses came; `text` is the last. */
static int ask_names(const char *resolver, int count, size_t *length)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct timeval timeout = {.tv_usec = 300000};
	int fd = zsock_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	int responses = 0;

	zassert_true(fd >= 0);
	(void)zsock_inet_pton(AF_INET, resolver, &to.sin_addr);
	(void)zsock_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	for (int i = 0; i < count; i++) {
		ssize_t got;

		(void)zsock_sendto(fd, question, sizeof(question), 0, (struct sockaddr *)&to,
				   sizeof(to));
		got = zsock_recv(fd, text, sizeof(text),
				 i < count - 1 ? ZSOCK_MSG_DONTWAIT : 0);
		if (got > 0) {
			responses++;
			*length = got;
		}
	}
	(void)zsock_close(fd);
	return responses;
}

ZTEST(http, test_names_lead_to_the_device_while_the_access_point_is_open)
{
	static const uint8_t address[] = {192, 168, 4, 1};
	size_t length = 0;

	for (int i = 0; i < 3; i++) {
		serve(NETWORK_PROV_SECURITY_1);
		zassert_equal(ask_names("192.168.4.1", 1, &length), 1);
		zassert_equal(length, sizeof(question) + 16);
		zassert_mem_equal(&text[length - 4], address, 4);
		stop_serving();
		zassert_equal(ask_names("192.168.4.1", 1, &length), 0,
			      "the resolver still responds");
	}
	serve(NETWORK_PROV_SECURITY_1);
	zassert_equal(ask_names("127.0.0.1", 1, &length), 0,
		      "the resolver responds on another interface");
}

ZTEST(http, test_a_flood_of_names_is_not_served)
{
	size_t length;
	int64_t begun;

	serve(NETWORK_PROV_SECURITY_1);
	k_sleep(K_SECONDS(1));
	begun = k_uptime_get();
	zassert_between_inclusive(ask_names("192.168.4.1", 1000, &length), 1, 150);
	must_answer();
	zassert_true(k_uptime_get() - begun < 2000);
	k_sleep(K_SECONDS(1));
	zassert_equal(ask_names("192.168.4.1", 1, &length), 1);
}
