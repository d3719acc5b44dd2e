"""Train, judge and use graders of diabetic retinopathy."""

__version__ = "0.1.0"
