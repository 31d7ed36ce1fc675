/* SPDX-License-Identifier: Apache-2.0 */

/* docs/softap-page.md has the source of each row, and lists what was tested. */

#include <string.h>

#include <zephyr/sys/util.h>

#include "transport/softap/http_connection.h"
#include "transport/softap/http_probes.h"

#define END "Cache-Control: no-store\r\nConnection: close\r\n\r\n"

#define NO_CONTENT "HTTP/1.1 204 No Content\r\n" END

/** A response with a body; the length is a literal, checked below. */
#define CONTENT(type, length, body)                                                                \
	"HTTP/1.1 200 OK\r\nContent-Type: " type "\r\nContent-Length: " STRINGIFY(length) "\r\n"   \
	END body

#define APPLE "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"
#define FIREFOX                                                                                    \
	"<meta http-equiv=\"refresh\" "                                                            \
	"content=\"0;url=https://support.mozilla.org/kb/captive-portal\"/>"

BUILD_ASSERT(sizeof(APPLE) - 1 == 68 && sizeof(FIREFOX) - 1 == 90, "Content-Length below");

/* The device's address: ap.c. */
#if CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT == 80
#define PAGE "http://192.168.4.1/"
#else
#define PAGE "http://192.168.4.1:" STRINGIFY(CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT) "/"
#endif

static const char redirection[] =
	"HTTP/1.1 302 Found\r\nLocation: " PAGE "\r\nContent-Length: 0\r\n" END;

/** Responses that keep a phone on the access point: those of the server that the probe is meant
 * for.
 */
static const struct {
	const char *path;
	const char *response;
} probes[] = {
	/* Android, Chrome, ChromeOS. */
	{"/generate_204", NO_CONTENT},
	{"/gen_204", NO_CONTENT},
	/* iOS, macOS. */
	{"/hotspot-detect.html", CONTENT("text/html", 68, APPLE)},
	{"/library/test/success.html", CONTENT("text/html", 68, APPLE)},
	/* Windows. */
	{"/connecttest.txt", CONTENT("text/plain", 22, "Microsoft Connect Test")},
	{"/ncsi.txt", CONTENT("text/plain", 14, "Microsoft NCSI")},
	/* Firefox. */
	{"/canonical.html", CONTENT("text/html", 90, FIREFOX)},
	{"/success.txt", CONTENT("text/plain", 8, "success\n")},
};

bool netprov_probes_begin(struct netprov_http_connection *connection, const char *path)
{
	bool is_page = IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_PAGE) && connection->request.is_elsewhere;
	const char *response = is_page ? redirection : NULL;

	ARRAY_FOR_EACH(probes, i) {
		size_t length = strlen(probes[i].path);

		if (strncmp(path, probes[i].path, length) == 0 &&
		    (path[length] == '\0' || path[length] == '?')) {
			response = IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_PROBES_PORTAL)
					   ? redirection
					   : probes[i].response;
		}
	}
	if (response != NULL) {
		netprov_transfer_begin(connection, response, strlen(response), NULL, 0);
	}
	return response != NULL;
}
