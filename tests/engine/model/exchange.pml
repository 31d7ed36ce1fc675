/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Exchanges between two transports and the provisioning thread: zephyr/src/engine/exchange.c.
 *
 * Each thread is a process. A section under the lock is one atomic step, and so is each access to
 * something that both threads read; everything else may come in between. This also covers two
 * processors. `../model.py` has Spin explore all orders.
 *
 * Checked:
 * - only one thread at a time uses a buffer, and a free exchange has a wiped one;
 * - the core reads the message of the request that it was told of, and the transport the response to
 *   the request that it submitted;
 * - the core is told of a request at most once, when it holds none of that exchange, and each that it
 *   was told of ends exactly once, by a response or by an abandonment;
 * - nothing is stuck: when no step is left, each transport has finished, each exchange is free, and
 *   the core holds no request.
 *
 * FIRST_SENDS and SECOND_SENDS are the numbers of requests of the transports, up to 3 each.
 *
 * Each of these macros removes a rule, and a check must then fail:
 * ANY_NUMBER    the core's late response finds the exchange whatever its number is
 * NO_GIVEN_UP   a request that is released while the core handles it is freed at once
 * KEEP_DEFERRED the core is not told that a request it has deferred was released
 * STALE_WAIT    a wait believes its semaphore and does not look at the state
 * GIVE_EARLY    the semaphore is given before the state changes
 * LATE_WIPE     the provisioning thread wipes the buffer when the core has responded
 */

#define TRANSPORTS 2
/* Requests of each transport, at most. */
#define REQUESTS 3
#ifndef FIRST_SENDS
#define FIRST_SENDS 2
#endif
#ifndef SECOND_SENDS
#define SECOND_SENDS 1
#endif
#define NUMBERS (TRANSPORTS * REQUESTS)

/* Work items: that of each exchange has the exchange's index. */
#define MARKER TRANSPORTS
#define ITEMS (TRANSPORTS + 1)

/* What a buffer holds: nothing, the message of a request, or the response to one. */
#define WIPED 0
#define MESSAGE(number) (number)
#define RESPONSE(number) (NUMBERS + (number))

mtype = { FREE, QUEUED, HANDLED, DEFERRED, RESPONDED, GIVEN_UP };
mtype = { NOBODY, TRANSPORT, ENGINE };

typedef exchange {
	mtype state;
	byte number;
	byte abandoned;
	bool is_known;
	bool is_error;
	bool semaphore;
	byte content;
	/* For the checks: who uses the buffer now. */
	mtype user;
};

exchange exchanges[TRANSPORTS];
bool is_pending[ITEMS];
chan work = [ITEMS] of { byte };

/* The core: the request that it has deferred, for each exchange. */
byte held[TRANSPORTS];

/* For the checks. */
bool is_told[NUMBERS + 1];
bool is_ended[NUMBERS + 1];
bool is_finished[TRANSPORTS];

inline submit_work(item)
{
	atomic {
		if
		:: is_pending[item] -> skip
		:: else ->
			is_pending[item] = true;
			work ! item
		fi
	}
}

inline use(x, who)
{
	atomic {
		assert(exchanges[x].user == NOBODY);
		exchanges[x].user = who
	}
}

inline stop_using(x)
{
	exchanges[x].user = NOBODY
}

inline wipe(x, who)
{
	use(x, who);
	exchanges[x].content = WIPED;
	stop_using(x)
}

/* Call with the lock held. */
inline end(x, new_state)
{
	exchanges[x].is_known = false;
	exchanges[x].state = new_state
}

inline finish(of_number)
{
	assert(is_told[of_number] && !is_ended[of_number]);
	is_ended[of_number] = true
}

#ifdef ANY_NUMBER
#define IS_FOUND(x, of_number) (exchanges[x].is_known)
#else
#define IS_FOUND(x, of_number) (exchanges[x].is_known && exchanges[x].number == of_number)
#endif

/* On the provisioning thread. */

inline free_given_up(x)
{
	wipe(x, ENGINE);
	atomic { end(x, FREE) }
}

/* netprov_port_respond() */
inline respond(x, of_number, with_error)
{
	atomic {
		finish(of_number);
		is_found = IS_FOUND(x, of_number);
		is_given_up = is_found && exchanges[x].state == GIVEN_UP;
		if
		:: is_found && !is_given_up ->
			exchanges[x].is_error = with_error;
#ifdef GIVE_EARLY
			exchanges[x].semaphore = true
#else
			end(x, RESPONDED)
#endif
		:: else -> skip
		fi
	}
	if
	:: is_given_up -> free_given_up(x)
	:: is_found && !is_given_up ->
#ifdef GIVE_EARLY
		atomic { end(x, RESPONDED) }
#else
		exchanges[x].semaphore = true
#endif
	:: else -> skip
	fi
}

/* netprov_core_abandon(): the core forgets a request that it holds. */
inline abandon(x, of_number)
{
	if
	:: held[x] == of_number ->
		finish(of_number);
		held[x] = 0
	:: else -> skip
	fi
}

/* The core writes its response over the message. */
inline write(x, of_number)
{
	use(x, ENGINE);
	assert(exchanges[x].content == MESSAGE(of_number));
	exchanges[x].content = RESPONSE(of_number);
	stop_using(x)
}

/* begin() */
inline begin(x)
{
	number = exchanges[x].number;
	assert(!is_told[number] && held[x] == 0);
	is_told[number] = true;
	/* The core reads the message at once. */
	use(x, ENGINE);
	assert(exchanges[x].content == MESSAGE(number));
	stop_using(x);
	if
	:: write(x, number);
		respond(x, number, false);
#ifdef LATE_WIPE
		wipe(x, ENGINE)
#endif
	:: respond(x, number, true)
	:: held[x] = number
	fi;
	atomic {
		if
		:: exchanges[x].state == HANDLED -> exchanges[x].state = DEFERRED
		:: else -> skip
		fi;
		is_given_up = exchanges[x].state == GIVEN_UP
	}
	if
	:: is_given_up ->
		abandon(x, number);
		free_given_up(x)
	:: else -> skip
	fi
}

/* handle_exchange() */
inline handle_exchange(x)
{
	atomic {
		abandoned = exchanges[x].abandoned;
		exchanges[x].abandoned = 0;
		is_queued = exchanges[x].state == QUEUED;
		if
		:: is_queued -> exchanges[x].state = HANDLED
		:: else -> skip
		fi
	}
	if
	:: abandoned != 0 -> abandon(x, abandoned)
	:: else -> skip
	fi;
	if
	:: is_queued -> begin(x)
	:: else -> skip
	fi
}

/* The core has what it waited for, and asks for the buffer with netprov_port_buffer(). */
inline respond_late(x)
{
	number = held[x];
	held[x] = 0;
	atomic {
		is_lent = IS_FOUND(x, number) && exchanges[x].state != GIVEN_UP;
		if
		:: is_lent -> exchanges[x].state = HANDLED
		:: else -> skip
		fi
	}
	if
	:: is_lent ->
		write(x, number);
		respond(x, number, false)
	:: else -> finish(number)
	fi
}

proctype provisioning_thread()
{
	byte item, number, abandoned;
	bool is_queued, is_found, is_given_up, is_lent;

end_idle:
	do
	:: atomic {
		work ? item;
		is_pending[item] = false
		}
		if
		:: item == MARKER -> skip
		:: item == 0 -> handle_exchange(0)
		:: item == 1 -> handle_exchange(1)
		fi
	:: held[0] != 0 -> respond_late(0)
	:: held[1] != 0 -> respond_late(1)
	od
}

/* On the transports' threads. */

/* netprov_exchange_release() */
inline release()
{
	atomic {
		is_ours = true;
		is_deferred = false;
		if
#ifdef NO_GIVEN_UP
		:: exchanges[x].state == HANDLED -> end(x, FREE)
#else
		:: exchanges[x].state == HANDLED ->
			exchanges[x].state = GIVEN_UP;
			is_ours = false
#endif
		:: exchanges[x].state == GIVEN_UP -> is_ours = false
		:: exchanges[x].state == DEFERRED ->
#ifndef KEEP_DEFERRED
			exchanges[x].abandoned = exchanges[x].number;
#endif
			is_deferred = true;
			end(x, FREE)
		:: else -> end(x, FREE)
		fi
	}
	if
	:: is_ours -> wipe(x, TRANSPORT)
	:: else -> skip
	fi;
	if
	:: is_deferred -> submit_work(x)
	:: else -> skip
	fi
}

/* netprov_exchange_wait(), which may time out at any time. */
inline wait()
{
	is_timed_out = false;
	do
	:: exchanges[x].state == RESPONDED -> break
	:: exchanges[x].state != RESPONDED ->
		if
		:: exchanges[x].semaphore ->
			exchanges[x].semaphore = false;
#ifdef STALE_WAIT
			break
#endif
		:: may_time_out ->
			is_timed_out = exchanges[x].state != RESPONDED;
			break
		fi
	od
}

proctype transport(byte x; byte requests)
{
	byte sent = 0;
	bool is_ours, is_deferred, is_timed_out, may_time_out;

	do
	:: sent < requests ->
		/* netprov_exchange_is_busy(), and netprov_exchange() after a time-out. */
		exchanges[x].state == FREE && !is_pending[MARKER];
		use(x, TRANSPORT);
		assert(exchanges[x].content == WIPED);
		exchanges[x].content = MESSAGE(x * REQUESTS + sent + 1);
		stop_using(x);
		sent++;
		atomic {
			assert(exchanges[x].state == FREE);
			exchanges[x].number = x * REQUESTS + sent;
			exchanges[x].state = QUEUED;
			exchanges[x].is_known = true
		}
		submit_work(x);
		if
		:: may_time_out = false
		:: may_time_out = true
		:: goto give_up
		fi;
		wait();
		if
		:: is_timed_out -> submit_work(MARKER)
		:: else ->
			use(x, TRANSPORT);
			assert(exchanges[x].state == RESPONDED);
			assert(exchanges[x].is_error ||
			       exchanges[x].content == RESPONSE(x * REQUESTS + sent));
			stop_using(x)
		fi;
give_up:
		release()
	:: else -> break
	od;
	is_finished[x] = true
}

init {
	atomic {
		exchanges[0].state = FREE;
		exchanges[1].state = FREE;
		exchanges[0].user = NOBODY;
		exchanges[1].user = NOBODY;
		run provisioning_thread();
		run transport(0, FIRST_SENDS);
		run transport(1, SECOND_SENDS)
	}
	/* When nobody has a step left. */
	timeout;
	assert(is_finished[0] && is_finished[1]);
	assert(exchanges[0].state == FREE && exchanges[1].state == FREE);
	assert(exchanges[0].content == WIPED && exchanges[1].content == WIPED);
	assert(held[0] == 0 && held[1] == 0)
}
