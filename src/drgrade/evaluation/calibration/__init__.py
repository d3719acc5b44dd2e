"""Corrections of probabilities and operating points, fitted on rows not trained on."""
