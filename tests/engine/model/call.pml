/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Calls of the API, run on the provisioning thread: netprov_port_run() in zephyr/src/engine/engine.c.
 *
 * The work item of a call, its argument and its semaphore are on the caller's stack. They must not be
 * touched once the call has returned. The processes are the work queue of Zephyr's kernel and two
 * callers: one waits until the job has run; one waits briefly for it to start, and cancels it if it
 * has not. `../model.py` has Spin explore all orders.
 *
 * Checked:
 * - neither the queue nor the job touches a call that has returned;
 * - a call that succeeded has run exactly once, and one that was refused never runs;
 * - nothing is stuck: when no step is left, each caller has made all its calls.
 *
 * Each of these macros removes a rule, and a check must then fail:
 * NO_FLUSH   the brief caller returns when the job has ended, though the queue still uses the item
 * NO_CANCEL  the brief caller returns when its time is up, without cancelling
 * NO_LOOK    the brief caller refuses whenever its time is up, even if the job has run meanwhile
 * BY_SEMAPHORE the endless caller waits for the semaphore instead of the queue
 */

#define CALLERS 2
#define CALLS 3

typedef call {
	/* The flags of the work item. */
	bool is_pending;
	bool is_running;
	/* Given when the job has ended. */
	bool is_done;
	/* For the checks. */
	bool is_alive;
	byte runs;
};

call calls[CALLERS];
chan work = [CALLERS] of { byte };
bool is_finished[CALLERS];

/* The kernel's work_queue_main(). */
proctype queue()
{
	byte x;

end_idle:
	do
	:: atomic {
		work ? x;
		if
		:: calls[x].is_pending ->
			assert(calls[x].is_alive);
			calls[x].is_pending = false;
			calls[x].is_running = true
		:: else -> goto end_idle
		fi
		}
		/* The job. */
		assert(calls[x].is_alive);
		calls[x].runs++;
		/* k_sem_give() */
		atomic {
			assert(calls[x].is_alive);
			calls[x].is_done = true
		}
		/* The queue clears its flag after the handler has returned. */
		atomic {
			assert(calls[x].is_alive);
			calls[x].is_running = false
		}
	od
}

inline submit()
{
	atomic {
		calls[x].is_alive = true;
		calls[x].is_done = false;
		calls[x].runs = 0;
		calls[x].is_pending = true;
		work ! x
	}
}

/* k_work_flush() */
inline flush()
{
	!calls[x].is_pending && !calls[x].is_running
}

/* k_work_cancel_sync(): removes the item from the queue, or waits until it has run. */
inline cancel()
{
	atomic {
		if
		:: calls[x].is_pending ->
			calls[x].is_pending = false;
			work ?? eval(x)
		:: else -> skip
		fi
	}
	!calls[x].is_running
}

inline return_from_call(is_refused)
{
	atomic {
		calls[x].is_alive = false;
		assert(calls[x].runs == (is_refused -> 0 : 1))
	}
}

proctype endless_caller(byte x)
{
	byte made = 0;

	do
	:: made < CALLS ->
		submit();
#ifdef BY_SEMAPHORE
		calls[x].is_done;
#else
		flush();
#endif
		return_from_call(false);
		made++
	:: else -> break
	od;
	is_finished[x] = true
}

proctype brief_caller(byte x)
{
	byte made = 0;

	do
	:: made < CALLS ->
		submit();
		if
		:: calls[x].is_done -> goto ended
		:: skip
		fi;
		/* The time is up. */
#ifndef NO_CANCEL
		cancel();
#endif
		if
#ifndef NO_LOOK
		:: calls[x].is_done -> goto ended
#endif
		:: !calls[x].is_done -> goto refused
#ifdef NO_LOOK
		:: else -> goto refused
#endif
		fi;
ended:
#ifndef NO_FLUSH
		flush();
#endif
		return_from_call(false);
		goto next;
refused:
		return_from_call(true);
next:
		made++
	:: else -> break
	od;
	is_finished[x] = true
}

init {
	atomic {
		run queue();
		run endless_caller(0);
		run brief_caller(1)
	}
	/* When nobody has a step left. */
	timeout;
	assert(is_finished[0] && is_finished[1]);
	assert(!calls[0].is_alive && !calls[1].is_alive)
}
