"""What the lab's page says of differences."""

from drgrade.evaluation.lab.discussion import direction
from drgrade.evaluation.values import Estimate


def test_a_difference_without_width_is_of_one_patient_and_no_finding():
    assert direction(Estimate(-1.0, -1.0, -1.0, "bootstrap", 3)) == "same"
    assert direction(Estimate(-1.0, -1.0, -0.5, "bootstrap", 3)) == "worse"
    assert direction(Estimate(0.4, 0.1, 0.7, "bootstrap", 3)) == "better"
    assert direction(None) == "unknown"
