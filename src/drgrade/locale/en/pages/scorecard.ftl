# The scorecard: its page, its summary and its figures.

scorecard-title = Scorecard of a diabetic retinopathy grader
scorecard-title_leak = { $title }; training and test share patients in the source's own split

## Verdict

scorecard-verdict = Sensitivity { $sens }, specificity { $spec } for { $endpoint } per { $level }; ungradable counts as referred.
scorecard-verdict_no_positives = No { $level } here has { $endpoint }: sensitivity cannot be estimated.
scorecard-verdict_no_negatives = Every { $level } here has { $endpoint }: specificity cannot be estimated.
scorecard-verdict_equals = This grader equals a trivial classifier: do not use it.
scorecard-verdict_worse = On these photographs this grader is worse than chance: do not use it.
scorecard-verdict_untold = On these photographs this grader is not significantly better than the trivial baseline.
scorecard-verdict_error = Do not use these figures: { $n ->
        [one] a check shows
       *[other] { $n } checks show
    } that the evaluation is not valid.

## Warnings

scorecard-warnings = Warnings
scorecard-few_units = { $note }.
scorecard-no_warnings = No warnings.
scorecard-not_checkable = Not checkable
scorecard-silent = Checked, nothing found: { $codes }.

## Flow

scorecard-flow = Flow of photographs
scorecard-flow_note = { $n ->
        [one] One duplicate was
       *[other] { COUNT($n) } duplicates were
    } left out beforehand. Photographs without a reference grade appear in this table only.
scorecard-step_offered = received
scorecard-step_decoded = decoded
scorecard-step_fundus = fundus photograph
scorecard-step_gradable = gradable
scorecard-step_graded = graded
scorecard-no_grade = no reference grade
scorecard-all = all
scorecard-grade = grade

## Sensitivity and specificity

scorecard-analyses = Ungradable photographs, counted three ways
scorecard-analysis = analysis
scorecard-analysis_A = A, intention to screen: ungradable counts as referred
scorecard-analysis_B = B, gradable only
scorecard-analysis_C = C, worst case: ungradable counts as an error
scorecard-counted = { $endpoint } · { WORD("unit", $unit) } · { $rule }.
scorecard-of = { WORD("unit", $unit) }, n = { COUNT($n) }
scorecard-imageability = { $value } of { COUNT($n) } { WORD("unit", $unit) } were gradable.
scorecard-endpoints = Every endpoint, every level (analysis A)
scorecard-endpoint = endpoint
scorecard-level = level
scorecard-n = n
scorecard-positives = with disease
scorecard-ungradable = ungradable
scorecard-baseline_sensitivity = baselines: refer everyone 100 %, refer nobody 0 %
scorecard-baseline_specificity = baselines: refer nobody 100 %, refer everyone 0 %

## Operating points

scorecard-points = At the model's operating points
scorecard-points_note = Thresholds were chosen on split { $split } and are applied unchanged. Promised: the value there.
scorecard-point = point
scorecard-threshold = threshold
scorecard-promised = promised

## Grades

scorecard-grades = The five grades
scorecard-grades_note = Photographs with a predicted and a reference grade only, n = { COUNT($n) }; { WORD("unit", $unit) } resampled.
scorecard-kappa_errors = Standard errors of kappa for independent pairs: quadratic { $quadratic }, linear { $linear }, unweighted { $none }.
scorecard-recall = recall
scorecard-precision = precision
scorecard-predictions = predicted
scorecard-baselines = Trivial baselines
scorecard-baselines_note = Scores of simple rules on the same photographs, without looking at them. The other eye's grade has to come from a reader.
scorecard-baseline_qwk = { WORD("page-baseline", $name) }: { $value }
scorecard-this = this grader

## Calibration

scorecard-roc = ROC and calibration
scorecard-roc_note = Probability of referable disease, graded photographs: AUC { $auc }; n = { COUNT($n) }.

## Macular edema

scorecard-edema = Signs of macular edema
scorecard-edema_note = Column p_dme against column dme (0: none), graded photographs: n = { COUNT($n) }, { COUNT($positives) } with signs. Baseline: the probability of a referable grade, which ignores edema.
scorecard-edema_auc = AUC
scorecard-edema_auc_of_grade = AUC of the referable probability (baseline)
scorecard-edema_sensitivity = sensitivity, probability 0.5 or more
scorecard-edema_specificity = specificity, probability 0.5 or more

## Selective referral

scorecard-selective = Selective referral
scorecard-selective_note = Photographs closest to the threshold ({ $cut } of the probability of referable disease) go to a human reader, who is assumed to detect disease. Risk: share of errors among the photographs that the grader answers alone. Of { WORD("unit", $unit) }, one counts as detected only if none of its diseased photographs is missed; that is stricter than the sensitivity above, for which one is enough.
scorecard-selective_chosen = If the grader answers { $coverage } of the graded photographs alone, grader and reader together have a sensitivity of { $sens } over { COUNT($n) } { WORD("unit", $unit) } with disease, lower 95 % bound { $low } (promised: { $level }).
scorecard-selective_none = No coverage keeps the promised sensitivity: { $reason }.
scorecard-selective_explored = EXPLORATORY: chosen on these very rows (split { $split }); choose it on the calibration set before using it.
scorecard-selective_explored_unnamed = EXPLORATORY: chosen on these very rows (no split named); choose it on the calibration set before using it.
scorecard-coverage = answered by the grader alone, %
scorecard-risk = risk: errors among these, %
scorecard-together = grader and reader
scorecard-low_bound = lower 95 % bound
scorecard-selective_sensitivity = sensitivity over { WORD("unit", $unit) }, %

## Subgroups and prevalence

scorecard-subgroups = Subgroups
scorecard-subgroups_note = Photographs, analysis A. Dashed line and gaps (percentage points): against all photographs. p: against the other photographs, over { WORD("unit", $unit) }, adjusted by Holm.
scorecard-subgroup = subgroup
scorecard-gap = gap
scorecard-p = p
scorecard-prevalences = Predictive values at other prevalences
scorecard-prevalence = prevalence
scorecard-observed = { $share } (here)

## The largest errors

scorecard-worst = The costliest errors
scorecard-worst_note = Cost: squared difference of the grades, doubled where disease was missed. Confidence: probability of the predicted grade.
scorecard-worst_private = This page holds photographs of patients; protect it as patient data.
scorecard-missed = missed
scorecard-cost = cost
scorecard-confidence = confidence
scorecard-predicted = predicted grade
scorecard-reference = reference grade

## The photographs and the model

scorecard-about = The photographs and the model
scorecard-intended = intended use
scorecard-intended_text = To compare and check graders in research. A decision for a patient needs a cleared device and a clinician.
scorecard-about_source = source of the photographs
scorecard-about_licence = licence
scorecard-about_with_disease = with referable disease
scorecard-about_by_grade = reference grades 0 / 1 / 2 / 3 / 4
scorecard-about_left_out = left out
scorecard-left_out_text = { $duplicates ->
        [one] 1 duplicate
       *[other] { COUNT($duplicates) } duplicates
    }; { $ungraded ->
        [one] 1 photograph
       *[other] { COUNT($ungraded) } photographs
    } without a reference grade
scorecard-left_out_splits = { $text }; { $n ->
        [one] 1 row of another split
       *[other] { COUNT($n) } rows of other splits
    }
scorecard-about_graders = reference standard
scorecard-not_stated = not stated by the table
scorecard-about_preprocessing = preprocessing
scorecard-about_model_hash = model
scorecard-about_chosen_on = chosen on
scorecard-chosen_text = epoch: { $epoch }; cut-offs: { $cuts }; thresholds: { $thresholds }
scorecard-about_looks = test-set evaluations
scorecard-looks_text = { $number } on this machine, this one included; { $models ->
        [one] 1 model
       *[other] { $models } different models
    }
scorecard-looks_lost = { $text }; this evaluation could not be recorded ({ $problem })

## How to reproduce

scorecard-split = split
scorecard-models = models
scorecard-methods = intervals (95 %)
scorecard-table_hash = SHA-256 of the table

## Captions, for those who hear the page

scorecard-caption_detection = Sensitivity and specificity of each endpoint
scorecard-caption_roc = ROC curve
scorecard-caption_reliability = Calibration curve
scorecard-caption_confusion = Confusion matrix
scorecard-caption_agreement = QWK and its trivial baselines
