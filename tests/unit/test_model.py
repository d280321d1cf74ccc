from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.batch import commands as c
from core.engine.books import Books, Entry
from core.engine.policy import Policy
from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    LeaseLostError,
    RateLimitedError,
    RefusedError,
    RejectedError,
    UnavailableError,
)
from core.ports import Fence
from tests.model import JOB_HOURS, WISHES, World, bring_home
from tests.model_audit import Audit
from tests.model_troubles import VERBS, PowerCutError, Trouble

NUMBERS = st.integers(205, 207)
PULSES = st.sampled_from([0, 1, 3, 12, 40])
EFFECTS = frozenset({"upload", "create", "cancel"})

ANY_CALL = (
    Trouble("unavailable", UnavailableError("503")),
    Trouble("limited", RateLimitedError("429")),
    Trouble("limited", RateLimitedError("429", 120.0)),
    Trouble("rejected", RejectedError("400")),
    Trouble("locked out", CredentialsError("403")),
    Trouble("slow"),
    Trouble("dies", PowerCutError()),
    Trouble("dies", PowerCutError(), after=True),
)
#: A read that fails is never ambiguous; one that may have changed something is.
EFFECT = (
    Trouble("lost", AmbiguousError("the answer was lost")),
    Trouble("lost", AmbiguousError("the answer was lost"), after=True),
)
READ = (Trouble("lost", UnavailableError("the answer was lost"), after=True),)
TROUBLES = st.sampled_from(
    [(verb, trouble) for verb in VERBS for trouble in (*ANY_CALL, *(EFFECT if verb in EFFECTS else READ))]
)
#: What costs money is troubled most.
CREATE = st.sampled_from([*ANY_CALL, *EFFECT, EFFECT[1], EFFECT[1]])
#: A provider that denies three times running what it has is believed; so each machine may be lied to twice.
LIES = (Trouble("gone", GoneError("404")), Trouble("cut"))
MOST_LIES = 2

SPANS = (1.0, 25.0, 90.0, 700.0, 3600.0, 5 * 3600.0, 2 * 86400.0, 30 * 86400.0, -1.0, -40.0, -3700.0)

JOB_FAULTS = (
    'fault = "failed"\ncode = 13',
    'fault = "failed"\ncode = 3',
    'fault = "expired"\nseconds = 1800',
    'fault = "expired"\nseconds = 1800\npartial = 0.5',
    'fault = "stuck"',
    'fault = "stuck"\nstate = "PENDING"',
    'fault = "stuck"\nstate = "DREAMING"\npartial = 0.5',
    'fault = "late"\nseconds = 7200',
    'fault = "late"\nseconds = 18000',
    'fault = "no-output"\nseconds = 1500',
    'fault = "no-output"',
    'fault = "cancelled"',
    'fault = "cancelled"\npartial = 0.5',
    'fault = "revived"',
    'fault = "misplaced"\nplace = "response"\ninline = true',
)
ROW_FAULTS = (
    "failed",
    "missing",
    "duplicated",
    "out-of-order",
    "key-missing",
    "unknown-key",
    "blocked",
    "cut-off",
    "garbage",
)


NO_FAULTS = ("",) * 8


@st.composite
def scenarios(draw: st.DrawFn) -> str:
    """Return a scenario that troubles some of the first two attempts of each batch, and some rows."""
    tables = []
    for number, attempt in product((205, 206, 207), (1, 2)):
        if fault := draw(st.sampled_from((*NO_FAULTS, *JOB_FAULTS))):
            tables.append(f'[[job]]\ndisplay_name = "*batch_{number}*-a{attempt}-*"\n{fault}')
    for number in (205, 206, 207):
        fault, every = draw(st.tuples(st.sampled_from((*NO_FAULTS, *ROW_FAULTS)), st.integers(1, 3)))
        if fault:
            tables.append(f'[[row]]\nfault = "{fault}"\nevery = {every}\ndisplay_name = "*batch_{number}*"')
    return "\n\n".join(tables)


POLICIES = st.builds(
    Policy,
    poll_every=st.sampled_from([600.0, 150.0]),
    jobs_at_once=st.sampled_from([100, 1, 2]),
    chunk=st.sampled_from([20, 1, 2]),
    workers=st.just(1),
    page_size=st.sampled_from([100, 1, 2]),
    creates_a_minute=st.sampled_from([60, 1]),
    unsure_hours=st.just(2.0),
    attempts=st.integers(1, 3),
    job_hours=st.just(JOB_HOURS),
    warn_hours=st.just(1.0),
)


class MillUnderTrouble(RuleBasedStateMachine):
    """A wave of three batches, a daemon, people, and a provider, in any order of what can happen to them."""

    world: World

    @initialize(scenario=scenarios(), policy=POLICIES, lag=st.sampled_from([0.0, 75.0]))
    def begin(self, scenario: str, policy: Policy, lag: float) -> None:
        self.world = World(batches=3, scenario=scenario, policy=policy, lag=lag)
        self.audit = Audit(self.world)
        self.stale: Books | None = None
        self.lies = 0

    @invariant()
    def everything_adds_up(self) -> None:
        self.audit.check()

    @rule(most=PULSES)
    def let_the_daemon_work(self, most: int) -> None:
        self.world.pulses(most)

    @rule(span=st.sampled_from(SPANS), most=PULSES)
    def let_time_pass(self, span: float, most: int) -> None:
        self.world.time.advance(span)
        self.world.pulses(most)

    @rule(most=PULSES)
    def start_the_daemon_again(self, most: int) -> None:
        self.world.restart()
        self.world.pulses(most)

    @rule(appends=st.integers(1, 3), after=st.booleans(), most=PULSES)
    def cut_the_power_at_an_append(self, appends: int, after: bool, most: int) -> None:  # noqa: FBT001 - drawn by name
        self.world.ledger.dies_in, self.world.ledger.dies_after = appends, after
        self.world.pulses(most)

    @rule(trouble=st.sampled_from(["full", "dead-before", "dead-after"]), most=PULSES)
    def let_a_file_go_wrong(self, trouble: str, most: int) -> None:
        self.world.disk.armed = [trouble]
        self.world.pulses(most)

    @rule(trouble=TROUBLES, times=st.integers(1, 4), most=PULSES)
    def trouble_calls(self, trouble: tuple[str, Trouble], times: int, most: int) -> None:
        verb, met = trouble
        self.world.opponent.armed[verb] += [met] * times
        self.world.pulses(most)

    @precondition(lambda self: self.lies < MOST_LIES)
    @rule(verb=st.sampled_from(["get", "download", "create"]), lie=st.sampled_from(LIES))
    def let_the_provider_lie(self, verb: str, lie: Trouble) -> None:
        self.lies += 1
        self.world.opponent.armed["download" if lie.kind == "cut" else verb].append(lie)

    @rule(verb=st.sampled_from(VERBS))
    def let_a_verb_go_down(self, verb: str) -> None:
        self.world.opponent.down.add(verb)

    @rule()
    def let_all_verbs_come_back(self) -> None:
        self.world.opponent.down.clear()

    @rule(number=NUMBERS, wish=st.sampled_from(sorted(WISHES)))
    def let_a_person_steer(self, number: int, wish: str) -> None:
        self.world.wish(number, wish)

    @rule(number=NUMBERS, wish=st.sampled_from(sorted(WISHES)))
    def let_a_person_get_in_between(self, number: int, wish: str) -> None:
        command = WISHES[wish](f"another process said {wish}", self.world.clock.now())
        self.world.ledger.intrusion = (number, command)

    @rule(number=NUMBERS)
    def settle(self, number: int) -> None:
        self.world.settle(number)

    @rule(number=NUMBERS, change=st.booleans())
    def write_a_batch_anew(self, number: int, change: bool) -> None:  # noqa: FBT001 - drawn by name
        self.world.rewrite(number, change=change)

    @rule(keep=st.integers(1, 3))
    def plan_the_wave_anew(self, keep: int) -> None:
        self.world.replan(keep)

    @rule(trouble=CREATE, most=PULSES)
    def trouble_a_create(self, trouble: Trouble, most: int) -> None:
        self.world.opponent.armed["create"] = [trouble]
        self.world.pulses(most)

    @precondition(lambda self: not self.world.opponent.lag)
    @rule(most=PULSES)
    def let_somebody_else_make_a_job_of_the_same_name(self, most: int) -> None:
        self.world.opponent.doubles = 1
        self.world.pulses(most)

    @rule()
    def let_another_process_look(self) -> None:
        self.stale = Books(self.world.store, "droid@elsewhere")
        self.stale.refresh()

    @precondition(lambda self: self.stale is not None)
    @rule(number=NUMBERS, wish=st.sampled_from(sorted(WISHES)))
    def let_that_process_write_late(self, number: int, wish: str) -> None:
        self.world.wish(number, wish, self.stale)

    @rule(number=NUMBERS)
    def let_a_daemon_without_its_lease_write(self, number: int) -> None:
        head = self.world.store.head()
        now = self.world.clock.now()
        books = Books(self.world.store, "daemon@asleep", fence=lambda: Fence("daemon", 1))
        for command in (c.StartSubmission("deadbeef", now), c.RecordFailure("gone", "it slept", now)):
            with pytest.raises((LeaseLostError, RefusedError)):
                books.write([Entry(number, (command,), "it woke up")])
        assert self.world.store.head() == head

    def teardown(self) -> None:
        """Let nothing fail any more and people do their part, and see everything come home."""
        if not hasattr(self, "world"):
            return
        try:
            if self.audit.sound:
                self.world.heal()
                bring_home(self.world)
        finally:
            self.world.emulator.close()


SHORT = settings(
    max_examples=100,
    stateful_step_count=40,
    derandomize=True,
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=1_000, stateful_step_count=80, derandomize=False)


@pytest.mark.timeout(600)  # a failure is shrunk for up to five minutes
def test_no_order_of_troubles_makes_a_job_twice_or_loses_a_result() -> None:
    run_state_machine_as_test(MillUnderTrouble, settings=SHORT)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_no_order_of_troubles_makes_a_job_twice_or_loses_a_result_in_the_long_run() -> None:
    run_state_machine_as_test(MillUnderTrouble, settings=LONG)
