"""Whatever is done to a session, in any order, it is what a plain replay of its log makes."""

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from model.arming import Armed
from model.clock import Unit
from model.config import Config
from model.outliers import Outliers
from model.training import Run
from model.update import Clipping
from server.log import Command
from server.past import Identity
from server.roster import past_of
from server.schemas.commands import RunWanted, Seek
from server.schemas.training import ArmedTrap, ClippingInfo, PlantedOutliers, TrainingChange
from server.session import Session
from server.store import Store
from tests.server.sessions import DATASET, loaded, new_session, new_store

FAR = 24  # Steps that a history may come to; each one is replayed for each comparison.
RATES = st.sampled_from([0.0, 0.01, 0.1, 0.7])
SHARES = st.floats(0, 1)


def config(engine: str, granularity: str) -> Config:
    return Config.model_validate(
        {
            "model": {"embedding_size": 2, "hidden_sizes": [3], "granularity": granularity},
            "training": {
                "batch_size": 4,
                "engine": engine,
                "learning_rate": [
                    {"from_step": 0, "value": 0.1},
                    {"from_step": 12, "value": 0.05},
                ],
            },
        }
    )


def replayed(config: Config, log: list[Command]) -> Run:
    """A run, from its beginning, by the log alone: what was set and not thrown away, and where it came to."""
    sets: list[Command] = []
    for command in log:
        if command.kind == "discard":
            sets = [each for each in sets if each.step <= command.step]
        if command.kind.startswith("set_"):
            sets.append(command)
    run = Run(config, DATASET)
    step, op = (log[-1].step, log[-1].op) if log else (0, run.op)
    for each in sets:
        if each.step > step:
            break
        run.advance(each.step - run.step) if each.step > run.step else None
        match each.kind:
            case "set_parameter":
                assert each.tensor is not None
                (value,) = safetensors.torch.load(each.tensor).values()
                run.set_parameter(each.body["name"], value)
            case "set_learning_rate":
                run.set_learning_rate(each.body["value"])
            case "set_clipping":
                run.clipping = each.body["clipping"] and Clipping(**each.body["clipping"])
            case "set_traps":
                run.set_traps([Armed(**trap) for trap in each.body["traps"]])
            case "set_outliers":
                run.set_outliers(each.body["outliers"] and Outliers(**each.body["outliers"]))
    if step > run.step:
        run.advance(step - run.step)
    run.move_to(op)
    return run


class Histories(RuleBasedStateMachine):
    """A session, its store, and what a person may do."""

    @initialize(engine=st.sampled_from(["auto", "tape"]), granularity=st.sampled_from(["atomic", "fused"]))
    def begin(self, engine: str, granularity: str) -> None:
        self.store: Store = new_store()
        self.session: Session = new_session(config(engine, granularity), store=self.store)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()

    @property
    def step(self) -> int:
        return self.session.run.step

    def finish(self) -> None:
        while self.session.seconds_until_due() is not None:
            self.session.burst()

    @precondition(lambda self: self.step < FAR)
    @rule(unit=st.sampled_from(["op", "pass", "step"]), count=st.integers(0, 8))
    def advance(self, unit: Unit, count: int) -> None:
        done = self.session.advance(unit, count)
        self.finish()
        done.result()

    @rule(unit=st.sampled_from(["op", "pass"]), count=st.integers(1, 90))
    def go_back(self, unit: Unit, count: int) -> None:
        done = self.session.advance(unit, -count)
        self.finish()
        assert done.exception() is None or count > self.step  # Before step 0 there is nothing.
        if done.exception() is not None:
            self.session.seek(Seek(step=0, op=0))
            self.finish()

    @rule(share=SHARES, op=st.none() | st.integers(0, 20))
    def seek(self, share: float, op: int | None) -> None:
        self.session.seek(Seek(step=round(share * self.session.timeline.last_step), op=op))
        self.finish()

    @precondition(lambda self: self.step < FAR)
    @rule(bursts=st.integers(0, 3))
    def run_and_pause(self, bursts: int) -> None:
        self.session.start(RunWanted(until_step=max(FAR, self.step)))
        for _ in range(bursts):
            if self.session.seconds_until_due() is not None:
                self.session.burst()
        self.session.pause()

    @rule(rate=RATES)
    def set_learning_rate(self, rate: float) -> None:
        self.session.change_training(TrainingChange(learning_rate=rate), "discard")

    @rule(threshold=st.none() | st.sampled_from([0.01, 0.5]), by=st.sampled_from(["norm", "value"]))
    def set_clipping(self, threshold: float | None, by: str) -> None:
        clipping = None if threshold is None else ClippingInfo.model_validate({"by": by, "threshold": threshold})
        self.session.change_training(TrainingChange(clipping=clipping), "discard")

    @rule(names=st.sets(st.sampled_from(["mean_forgotten", "embedding_assigned"])))
    def set_traps(self, names: set[str]) -> None:
        traps = [ArmedTrap(name=name) for name in sorted(names)]
        self.session.change_training(TrainingChange(traps=traps), "discard")

    @rule(outliers=st.none() | st.builds(PlantedOutliers, count=st.integers(1, 5), seed=st.integers(0, 3)))
    def set_outliers(self, outliers: PlantedOutliers | None) -> None:
        self.session.change_training(TrainingChange(outliers=outliers), "discard")

    @rule(name=st.sampled_from(["b1", "bngain", "b2"]), seed=st.integers(0, 100))
    def set_parameter(self, name: str, seed: int) -> None:
        shape = self.session.run.network.tensors[name].shape
        value = torch.from_numpy(np.random.default_rng(seed).normal(size=shape).astype(np.float32))
        self.session.set_parameter(name, value, "discard")

    @rule(share=SHARES, rate=st.none() | RATES)
    def go_on_in_a_branch(self, share: float, rate: float | None) -> None:
        step = round(share * self.session.timeline.last_step)
        change = None if rate is None else TrainingChange(learning_rate=rate)
        past = self.session.past_until(step, change)
        self.session = new_session(self.session.run.config, store=self.store, past=past)
        assert self.step == self.session.timeline.last_step == step

    @rule()
    def rest_and_wake(self) -> None:
        self.session.rest()
        self.wake()

    @rule()
    def be_lost_and_wake(self) -> None:
        """As after SIGKILL: all that was acknowledged is in the store."""
        self.wake()

    def wake(self) -> None:
        saved = self.store.session(self.session.id).result()
        identity = Identity(saved.info.id, saved.info.name, saved.info.config)
        self.session = Session(identity, DATASET, loaded(), self.store, past_of(saved))

    @invariant()
    def it_is_what_its_log_makes(self) -> None:
        if not hasattr(self, "session"):
            return
        plain = replayed(self.session.run.config, self.store.commands(self.session.id).result())
        assert (self.session.run.step, self.session.run.op) == (plain.step, plain.op)
        assert self.session.run.state().to_bytes() == plain.state().to_bytes()
        assert self.session.run.schedule == plain.schedule
        assert self.session.run.clipping == plain.clipping
        assert self.session.timeline.divergence is None


def test_a_session_is_always_what_a_plain_replay_of_its_log_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.timeline.CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("model.timeline.LARGEST_SHARE", 1e9)
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=15, stateful_step_count=12, deadline=None, database=None)
    )
