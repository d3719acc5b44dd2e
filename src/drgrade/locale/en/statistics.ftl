# Why there is no figure, or no interval. Each is a clause: it stands in brackets or after a colon.

## What is missing

no_graded_photographs = there are no graded photographs
no_referable_photographs = there are no referable photographs
no_non_referable_photographs = there are no photographs without referable disease
none_called_referable = no photograph was called referable
all_called_referable = every photograph was called referable
none_would_be_called_referable = nobody would be called referable
all_would_be_called_referable = everybody would be called referable
no_patient_with_disease = no patient has referable disease
no_photograph_of_grade = no photograph has this grade
no_answer_of_grade = no answer is this grade
no_probabilities = the table has no probabilities p0 to p4
no_probabilities_in_a_table = a table has no probabilities p0 to p4
nothing_to_count = there is nothing to count
nothing_to_average = there is nothing to average
two_readers_needed = two readers are needed

## What is undefined

one_grade_only = reference and prediction hold one and the same grade only
one_sided_endpoint = the photographs are all on one side of the endpoint
all_probabilities_alike = all probabilities are the same
fit_does_not_converge = the logistic fit does not converge (the probabilities separate the two sides)
auc_undefined_for_grade = AUC is undefined for grade { $grade }
undefined_on_these_photographs = undefined on these photographs
undefined_on_these_rows = undefined on these rows
undefined_in_resamples = undefined in { $n } of { $of } resamples
no_error_in_resamples = no error in any resample, so the error rate elsewhere is unknown
one_unit_only = there is one { WORD("one", $unit) } only
one_unit_on_a_side = one side of the endpoint has one { WORD("one", $unit) } only

## Operating points and selective referral

too_few_photographs_for_point =
    { $needed } photographs { $side ->
        [negative] without
       *[positive] with
    } referable disease are needed, got { $n }
no_threshold_with_lower_bound =
    no threshold has a lower bound of sensitivity >= { FIXED($bound, 2) }; more { WORD("unit", $unit) } are needed
highest_score_shared = more than { PERCENT($share, 0) } of those without disease share the highest score
too_few_with_disease =
    { $n } with disease are too few: even with none missed the lower bound is { PERCENT($low, 1, $level) }, below { PERCENT($level, 0) }
nothing_left_to_grader = the grader alone would have to answer nothing to keep { PERCENT($level, 0) }

few_units_for_interval =
    { $n } { WORD("unit", $unit) } are few: simulated at { $at } patients, the 95 % CI of quadratic kappa covered the true value { $times } times in 100, not 95

## Baselines

no_other_eye_among_rows = no row with a reference grade has its patient's other eye among them
no_train_rows = the training rows are unknown; give a manifest with split train
no_patient_and_eye = the patients and eyes of these rows are unknown

## What is drawn, many and one

unit_patients = patients
unit_groups = groups
unit_photos = photographs
unit_eyes = eyes
one_patients = patient
one_groups = group
one_photos = photograph
one_eyes = eye

## How an operating point is chosen

rule_sensitivity = largest threshold with sensitivity >= { FIXED($level, 2) } on these rows
rule_sensitivity_and_bound = largest threshold with sensitivity >= { FIXED($level, 2) } on these rows, up to which the lower bound of its 95 % interval over { WORD("unit", $unit) } is >= { FIXED($bound, 2) }
rule_specificity = smallest threshold with specificity >= { FIXED($level, 2) } on these rows

## The lab

other_eye_unknown = the other eye's grade is unknown
no_unseen_patient = every test patient is in train, tune or calibrate too
no_finished_seed = no seed has finished
one_seed = one seed
no_such_net = there is no such net
answers_without_probabilities = the answers carry no probabilities
