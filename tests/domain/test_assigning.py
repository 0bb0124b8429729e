"""One lead an item, whatever was there before and whatever is wanted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.assigning import Plan, Target, Targets, plan
from bot.domain.items import Assignment, AssignmentState, Part

INSTITUTIONS = st.integers(1, 4)
OPEN = (AssignmentState.DRAFT, AssignmentState.ANNOUNCED)


def held(
    item_id: int,
    institution_id: int,
    part: Part = Part.LEAD,
    state: AssignmentState = AssignmentState.ANNOUNCED,
) -> Assignment:
    """An assignment whose id tells what it is."""
    id_ = item_id * 10 + institution_id
    return Assignment(
        id_, item_id, institution_id, part, state, None, None, None, None, None, None, 0
    )


@st.composite
def records(draw: st.DrawFn) -> list[Assignment]:
    """Assignments of two items, each with at most one lead that is open."""
    found = []
    for item_id in (1, 2):
        leads = draw(INSTITUTIONS)
        for institution_id in draw(st.sets(INSTITUTIONS)):
            part = Part.LEAD if institution_id == leads else Part.CONTRIBUTING
            state = draw(st.sampled_from(list(AssignmentState)))
            found.append(held(item_id, institution_id, part, state))
    return found


@st.composite
def wishes(draw: st.DrawFn) -> Targets:
    """For some of the items: institutions, at most one of them as the lead."""
    targets = {}
    for item_id in draw(st.sets(st.sampled_from([1, 2]), min_size=1)):
        leads = draw(st.none() | INSTITUTIONS)
        chosen = draw(st.sets(INSTITUTIONS, min_size=1)) | ({leads} if leads else set())
        targets[item_id] = {
            each: Target(Part.LEAD if each == leads else Part.CONTRIBUTING, None) for each in chosen
        }
    return targets


def after(record: list[Assignment], steps: Plan) -> dict[tuple[int, int], Part]:
    """Who has which item once the plan is carried out."""
    found = {
        (each.item_id, each.institution_id): each.part for each in record if each.state in OPEN
    }
    for item_id, institution_id, target in steps.new:
        found[item_id, institution_id] = target.part
    for step in (*steps.again, *steps.changed):
        found[step.assignment.item_id, step.assignment.institution_id] = step.target.part
    for gone in steps.removed:
        del found[gone.item_id, gone.institution_id]
    return found


@given(records(), wishes())
def test_every_target_is_met_and_an_item_keeps_one_lead(
    record: list[Assignment], targets: Targets
) -> None:
    held_then = after(record, plan(record, targets))
    for item_id, wanted in targets.items():
        for institution_id, target in wanted.items():
            assert held_then[item_id, institution_id] is target.part
    for item_id in (1, 2):
        leads = [key for key, part in held_then.items() if key[0] == item_id and part is Part.LEAD]
        assert len(leads) <= 1


@given(records(), wishes())
def test_an_exact_plan_leaves_the_targets_and_nobody_else(
    record: list[Assignment], targets: Targets
) -> None:
    held_then = after(record, plan(record, targets, exact=True))
    for item_id, wanted in targets.items():
        of_item = {key[1]: part for key, part in held_then.items() if key[0] == item_id}
        assert of_item == {each: target.part for each, target in wanted.items()}


@given(records(), wishes())
def test_other_items_are_left_alone(record: list[Assignment], targets: Targets) -> None:
    steps = plan(record, targets, exact=True)
    touched = {each.assignment.item_id for each in (*steps.again, *steps.changed)}
    touched |= {each.item_id for each in (*steps.removed, *steps.settled)}
    assert touched <= set(targets)


def test_what_is_so_already_is_counted_and_left() -> None:
    steps = plan([held(1, 1)], {1: {1: Target(Part.LEAD, None)}})
    assert steps.empty
    assert steps.unchanged == 1


def test_assigning_anew_settles_what_another_gave_back() -> None:
    given_back = held(1, 1, state=AssignmentState.DISOWNED)
    steps = plan([given_back], {1: {2: Target(Part.LEAD, None)}})
    assert steps.settled == (given_back,)
    assert steps.demoted == 0
