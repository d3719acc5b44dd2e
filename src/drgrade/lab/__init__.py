"""The course lab, whole: plan, cells, report."""
