"""Promise: nobody counts for less because the source left something out."""
import pytest
from stack import POLICY, Stack

USUAL = '"urgency": "normal",'  # the policy's word for other_social


@pytest.mark.parametrize("kind, urgency", [("unclaimed_body", "critical"), ("shackled_patient", "high"), ("other_social", "normal")])
def test_a_stated_type_without_urgency_counts_as_that_type(stack, kind, urgency):
    made = stack.report(kind=kind, urgency=None)
    assert (made["incident"]["type"], made["incident"]["urgency"]) == (kind, urgency)
    assert made["triage"]["urgency"] == urgency


def test_a_stated_urgency_is_taken_as_it_is(stack):
    assert stack.report(kind="unclaimed_body", urgency="normal")["incident"]["urgency"] == "normal"


def test_the_policy_can_raise_what_a_stated_type_counts_as(postgres, tmp_path):
    text = POLICY.read_text()
    assert text.count(USUAL) == 1
    policy = tmp_path / "policy.jsonc"
    policy.write_text(text.replace(USUAL, USUAL.replace("normal", "high")))
    stack = Stack(postgres, policy=policy)
    try:
        assert stack.report(kind="other_social", urgency=None)["incident"]["urgency"] == "high"
        assert stack.report(kind="other_social", urgency="normal")["incident"]["urgency"] == "normal"
    finally:
        stack.close()
