"""The program's options, files and errors."""

from __future__ import annotations

import stat

from clients import HttpLink, Security1, Session
from device import Event, run_to_end, state_holds
from harness import Context, check, check_equal, scenario
from wire import State, Status

OPTIONS = (
    "--http --no-http --console --security --pop --no-pop --name --wifi --world --state --wifi-conn-attempts "
    "--endpoint --app-info --once --json --autostop-ms --reprovision"
).split()
POP = "cli-pop-0c0c"
SSID = "Files Net"
PASSPHRASE = "kept-in-a-file"
OTHER_SSID = "Other Files"
OTHER_PASSPHRASE = "filed-elsewhere"


@scenario("cli/help")
def help_text(context: Context) -> None:
    done = run_to_end(context.settings.device, ["--help"])
    check_equal(done.returncode, 0, "exit code of --help")
    text = done.stdout.decode()
    missing = [option for option in OPTIONS if option not in text]
    check(not missing, f"--help does not mention {', '.join(missing)}")


@scenario("cli/bad-options", traps="3")
def bad_options(context: Context) -> None:
    absent = context.folder / "absent.toml"
    for options, wanted in (
        (["--security", "7"], "--security"),
        (["--security", "one"], "--security"),
        (["--frobnicate"], "--frobnicate"),
        (["--pop", "x", "--no-pop"], "--no-pop"),
        (["--wifi-conn-attempts", "-1"], "-1"),
        (["--wifi-conn-attempts", "many"], "--wifi-conn-attempts"),
        (["--world", str(absent)], absent.name),
    ):
        done = run_to_end(context.settings.device, ["--json", "--http", "127.0.0.1:0", *options])
        check(done.returncode != 0, f"{' '.join(options)} was accepted")
        error = done.stderr.decode(errors="replace")
        check(wanted in error, f"the error for {' '.join(options)} does not contain {wanted!r}: {error!r}")
    done = run_to_end(context.settings.device, ["--json", "--http", "nonsense"])
    check(done.returncode != 0 and b"--http" in done.stderr, "the error for a bad --http does not name it")


@scenario("cli/corrupt-world")
def corrupt_world(context: Context) -> None:
    world = context.folder / "bad-world.toml"
    world.write_text('# one\n# two\n[[access_point]\nssid = "x"\n', encoding="utf-8")
    done = run_to_end(context.settings.device, ["--json", "--http", "127.0.0.1:0", "--world", str(world)])
    error = done.stderr.decode()
    context.note(error)
    check(done.returncode != 0, "a corrupt world file was accepted")
    check(world.name in error, "the error does not name the file")
    check("3" in error.replace(str(world), ""), "the error does not name the line")


@scenario("cli/corrupt-state")
def corrupt_state(context: Context) -> None:
    state = context.folder / "bad-state"
    content = b"this was never\na state file \xff\xfe{{{\n"
    state.write_bytes(content)
    done = run_to_end(context.settings.device, ["--json", "--http", "127.0.0.1:0", "--state", str(state)])
    error = done.stderr.decode(errors="replace")
    context.note(error)
    check(done.returncode != 0, "a corrupt state file was accepted")
    check(state.name in error, "the error does not name the file")
    check(any(c.isdigit() for c in error.replace(str(state), "")), "the error does not name the line")
    check_equal(state.read_bytes(), content, "the corrupt file afterwards")


@scenario("cli/state-file", traps="7, 44")
def state_file(context: Context) -> None:
    state = context.folder / "state"
    with context.device(pop=POP, wifi=[(SSID, PASSPHRASE)], state=state, secrets=(POP, PASSPHRASE)) as device:
        link = HttpLink(device, context.note)
        session = Session(link, Security1(POP))
        session.set_wifi(SSID, PASSPHRASE)
        session.apply()
        check(not state_holds(state, PASSPHRASE), "credentials were stored before they had worked")
        check_equal(session.settle()[-1].state, State.CONNECTED, "outcome")
        device.wait_event(Event.CONNECTED, 5)
        device.kill_hard()
        link.close()
    stored = state.read_bytes()
    check(stored, "nothing was stored although the client had read Connected before the power failed")
    mode = stat.S_IMODE(state.stat().st_mode)
    check_equal(mode & 0o077, 0, f"permissions of others for the stored passphrase (mode {mode:o})")
    # The killed device leaves its lock, which is empty.
    files = [f.name for f in context.folder.iterdir() if f.stat().st_size or not f.name.endswith(".lock")]
    check_equal(files, [state.name], "files in the state file's folder")


@scenario("cli/failure-keeps-stored", traps="44")
def failure_keeps_stored(context: Context) -> None:
    state = context.folder / "state"
    wifi = [(SSID, PASSPHRASE), (OTHER_SSID, OTHER_PASSPHRASE)]

    def provision(ssid: str, passphrase: str, expected: State, again: bool) -> None:
        with context.device(
            pop=POP, wifi=wifi, state=state, reprovision=again, secrets=(POP, PASSPHRASE, OTHER_PASSPHRASE)
        ) as device:
            link = HttpLink(device, context.note)
            session = Session(link, Security1(POP))
            session.set_wifi(ssid, passphrase)
            check_equal(session.apply(), Status.SUCCESS, "Apply")
            check_equal(session.settle()[-1].state, expected, f"outcome for {ssid}")
            link.close()

    provision(SSID, PASSPHRASE, State.CONNECTED, again=False)
    stored = state.read_bytes()
    provision(SSID, "a-mistyped-passphrase", State.CONNECTION_FAILED, again=True)
    check_equal(
        state.read_bytes(), stored, "the stored credentials after a typo in the password of their network"
    )
    provision(OTHER_SSID, OTHER_PASSPHRASE, State.CONNECTED, again=True)
    check(state_holds(state, OTHER_SSID), "the new network was not stored")
