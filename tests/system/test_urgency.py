"""Promise: nobody counts for less because the source left something out."""
import pytest


@pytest.mark.parametrize("kind, urgency", [("unclaimed_body", "critical"), ("shackled_patient", "high"), ("other_social", "normal")])
def test_a_stated_type_without_urgency_counts_as_the_policy_says_of_it(stack, kind, urgency):
    made = stack.report(kind=kind, urgency=None)
    assert (made["incident"]["type"], made["incident"]["urgency"]) == (kind, urgency)
    assert made["triage"]["urgency"] == urgency


def test_a_stated_urgency_is_taken_as_it_is(stack):
    assert stack.report(kind="unclaimed_body", urgency="normal")["incident"]["urgency"] == "normal"
