# The comparison of graders.

compare-title = Graders compared on the same photographs
compare-by = { COUNT($n) } photographs; { COUNT($patients) } { WORD("unit", $unit) } resampled. Five-grade scores: on the { COUNT($graded) } that every grader graded.
compare-seeds = { $name }, { $n } seeds
compare-photos_alone = No table names patients or groups: photographs are treated as independent, and where a patient has several the intervals are too narrow.
compare-rules_differ = The graders define referable by different rules, so sensitivity, specificity, their differences and McNemar's test compare the rules as well as the graders. QWK, accuracy and AUC do not depend on the rule.

## Verdict

compare-lead = { $first } has significantly higher QWK than { $second } (95 % CI of the difference excludes 0); it ranks first in { $share } of resamples.
compare-level = { $first } and { $second } have the same QWK.
compare-no_rank = QWK is undefined for at least one grader on these photographs, so there is no ranking.
compare-trivial_lead = { $first } has the highest QWK, but is not significantly better than the trivial baseline (95 % CI contains 0).
compare-no_lead = { $first } has the highest QWK, but not significantly higher than { $second }; it ranks first in { $share } of resamples.

## Tables

compare-scores = Each grader
compare-not_graded = not graded
compare-seeds_range = seeds { $low } to { $high }
compare-pairs = Paired differences
compare-pairs_note = 95 % CI over { WORD("unit", $unit) }. McNemar (exact): photographs that only one of the two classifies correctly (referable; ungradable counts as referred). DeLong: AUC. Both tests treat photographs as independent. Seeds of one recipe count as one grader: their mean, with the seeds resampled too, and without these two tests.
compare-ranks = Ranks by QWK
compare-ranks_note = Share of resamples in which a grader ranks 1st, 2nd, ...; ties share their ranks.
compare-disagree = Largest disagreements
