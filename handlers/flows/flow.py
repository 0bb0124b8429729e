"""What a conversation is made of: a Flow of steps, declared as data (DESIGN §6).

Text keys follow from the names. For a flow `status_update` with a step `measures`:
`flow.status_update.measures.ask` (the question), `.line` (its line on the review screen, with
`{answer}`) and `button.flow.status_update.measures` (the button that changes it).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.domain.screens import Button, Screen, Text, Value
from handlers.turn import Turn

Answers: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Meanwhile:
    """What happened meanwhile to what a conversation is about: it cannot end as it was begun.

    `told` says so in a sentence without anybody's words, `changed` shows what is there now, `look`
    leads there. `upon` are the answers with which the conversation can go on upon that (`labels` as
    in `engine.begin`), in the flow `into` where that is another one, of the subject `about` where
    that is; None: there is nothing that they could be sent upon.
    """

    told: Text
    changed: tuple[Text, ...] = ()
    look: str | None = None
    upon: Answers | None = None
    labels: Mapping[str, Text | Sequence[Text]] = field(default_factory=dict)
    into: str | None = None
    about: str | None = None
    goes_on: str = "go_on_upon"  # the name of the button


@dataclass(frozen=True)
class Option:
    """One offered answer: the value that is kept (plain JSON) and how its button reads.

    `said` is how it reads on the review screen, where that is shorter than its button.
    """

    value: Any
    label: Text
    said: Text | None = None


Options: TypeAlias = Callable[[Turn, Answers], Awaitable[list[Option]]]
Check: TypeAlias = Callable[[str, Turn], Any]
"""From the words to the value that is kept (plain JSON); raises Unfit with how to answer."""
Suits: TypeAlias = Callable[[Turn, Answers, Any], Awaitable[None]]
"""Raises Refused where a written value cannot stand beside the other answers."""


@dataclass(frozen=True)
class Step:
    """One question. Declare it with `Choose`, `Pick`, `Ask` or `Gather`."""

    name: str
    options: Options | None = None
    check: Check | None = None
    suits: Suits | None = None
    many: bool = False  # several options; a button ends the choice
    grows: bool = False  # further words join the earlier ones
    files: bool = False  # what is sent (files, voice, links) is its answer
    shows: Callable[[Any], Value] | None = None  # how a written answer reads on the review screen
    told: bool = True  # has a line of its own on the review screen
    first: int = 0  # so many options come before "More…"; 0: all of them
    limit: int = 0  # characters in an answer that grows; 0: any number
    when: str | None = None  # the value of the flow's texts without which nobody is asked
    texts: str = ""  # the name in its text keys, where several steps share their texts
    values: Mapping[str, Value] = field(default_factory=dict)  # for its texts, beside the flow's

    @property
    def called(self) -> str:
        """The name in its text keys."""
        return self.texts or self.name


def Choose(  # noqa: N802
    name: str,
    options: Options,
    *,
    check: Check | None = None,
    suits: Suits | None = None,
    shows: Callable[[Any], Value] | None = None,
    told: bool = True,
    first: int = 0,
    when: str | None = None,
) -> Step:
    """One of the options; where there is a `check`, a written answer that `suits` will do as well.

    Only the `first` ones are shown until "More…" is tapped; `when` as in `Pick`.
    """
    return Step(
        name,
        options=options,
        check=check,
        suits=suits,
        shows=shows,
        told=told,
        first=first,
        when=when,
    )


def Pick(name: str, options: Options, *, when: str | None = None) -> Step:  # noqa: N802
    """Any number of the options; `when` names the value without which it is not offered."""
    return Step(name, options=options, many=True, when=when)


def Ask(  # noqa: N802
    name: str,
    check: Check,
    *,
    suits: Suits | None = None,
    grows: bool = False,
    shows: Callable[[Any], Value] | None = None,
    limit: int = 0,
    when: str | None = None,
    texts: str = "",
    values: Mapping[str, Value] | None = None,
) -> Step:
    """A written answer that `suits`; `grows`: in several messages, `limit` characters in all.

    Steps that differ by a value alone share `texts`, to which each gives its `values`.
    """
    return Step(
        name,
        check=check,
        suits=suits,
        grows=grows,
        shows=shows,
        limit=limit,
        when=when,
        texts=texts,
        values=values or {},
    )


def Gather(name: str, *, when: str | None = None) -> Step:  # noqa: N802
    """Files, voice messages and links, any number; its answer lists ids of evidence.

    `when` names the value without which it is not offered.
    """
    return Step(name, files=True, when=when)


@dataclass(frozen=True)
class Review:
    """The last screen before anything happens; its optional steps are buttons there.

    Where it `keeps` drafts, there is a button for that. `words_to` and `files_to` name the steps
    that take what is written or sent at the review screen.
    """

    optional: tuple[Step, ...] = ()
    keeps: bool = True
    words_to: str | None = None
    files_to: str | None = None

    @property
    def takes_more(self) -> bool:
        """Whether what is written or sent at the review screen is added to an answer."""
        return bool(self.words_to or self.files_to)


@dataclass(frozen=True)
class Flow:
    """A conversation. Adding one means one file and its texts.

    `begins` checks that the person may hold it and gives the values that its texts name (the
    item's code, say); `then` does what it was for and gives the screen to show, inside the same
    transaction; None where it has shown one itself. `notes` are lines of the review screen: what
    sending would bring about; `looks` are buttons there whose acts show more of it. `at_once` does
    what an answer brings about before anything is sent. `meanwhile` says what happened since it was
    begun; it is asked when a draft is taken up again, and when `begins` or `then` refuse for good,
    and gives None where nothing did. A change of `steps` that old drafts cannot follow raises
    `version` and brings `upgrade`, from old answers to new ones.
    """

    name: str
    steps: tuple[Step, ...]
    begins: Callable[[Turn, Answers], Awaitable[Mapping[str, Value]]]
    then: Callable[[Turn, Answers, int], Awaitable[Screen | None]]
    review: Review | None = None
    notes: Callable[[Turn, Answers], Awaitable[Sequence[Text]]] | None = None
    looks: Callable[[Turn, Answers, int], Awaitable[Sequence[Button]]] | None = None
    at_once: Callable[[Turn, Answers], Awaitable[None]] | None = None
    meanwhile: Callable[[Turn, Answers], Awaitable[Meanwhile | None]] | None = None
    version: int = 1
    upgrade: Callable[[int, Answers], Answers] | None = None
    returns_to: Callable[[Answers], str] = lambda _answers: "home"  # the act that it came from

    def __post_init__(self) -> None:
        names = [step.name for step in self.every_step]
        if len(names) != len(set(names)):
            raise ValueError(f"flow {self.name}: two steps of one name")
        for target in (self.review.words_to, self.review.files_to) if self.review else ():
            if target is not None and target not in names:
                raise ValueError(f"flow {self.name}: no step {target}")

    @property
    def every_step(self) -> tuple[Step, ...]:
        """The required steps in order, then the optional ones."""
        return self.steps + (self.review.optional if self.review else ())

    def step(self, name: str) -> Step:
        """The step of that name; KeyError when a draft names one that is gone."""
        for step in self.every_step:
            if step.name == name:
                return step
        raise KeyError(name)

    def text_keys(self) -> set[str]:
        """Every key that this flow's screens can show, for the catalogue test."""
        keys = {f"flow.{self.name}.title"}
        for step in self.every_step:
            keys.add(f"flow.{self.name}.{step.called}.ask")
        if self.review:
            keys |= {f"flow.{self.name}.{each}" for each in ("review", "sent")}
            keys.add(f"button.flow.{self.name}.send")
            for step in self.every_step:
                if step.told:
                    keys.add(f"flow.{self.name}.{step.called}.line")
                keys.add(f"button.flow.{self.name}.{step.called}")
        return keys
