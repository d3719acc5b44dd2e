# An explanation: its picture and its sentences.

explain-photograph = Photograph and detected lesions
explain-photograph_alone = Photograph
explain-evidence = Where the evidence lies
explain-probabilities = Probability of each grade
explain-count_microaneurysm = { $n ->
        [one] { $n } microaneurysm
       *[other] { $n } microaneurysms
    }
explain-count_haemorrhage = { $n ->
        [one] { $n } haemorrhage
       *[other] { $n } haemorrhages
    }
explain-count_hard_exudate = { $n ->
        [one] { $n } hard exudate
       *[other] { $n } hard exudates
    }
explain-count_soft_exudate = { $n ->
        [one] { $n } soft exudate
       *[other] { $n } soft exudates
    }
explain-disc = optic disc
explain-fovea = fovea, by the disc
explain-dust = camera dust ({ $n })
explain-scale_log_odds = log-odds of a referable grade by place, uncalibrated; mean { $total }
explain-scale_value = grade by place, above or below the cut-off of grade 2; mean { $total }
explain-scale_log_odds_with_maps = log-odds of a referable grade by place, uncalibrated; mean { $total }, with the lesion maps { $whole }
explain-scale_value_with_maps = grade by place, above or below the cut-off of grade 2; mean { $total }, with the lesion maps { $whole }

## The verdict

explain-summary = { $seen }; { $verdict }.
explain-summary_alone = { $verdict }.
explain-verdict = { $grade }, { $says }
explain-verdict_by_point = { $grade }, { $says }, at the high-sensitivity threshold
explain-grade = grade { $grade } ({ $name })
explain-referable = referable
explain-not_referable = not referable
explain-below_the_point = but below the high-sensitivity threshold: the two disagree

## What was detected

explain-no_lesions = no lesions detected
explain-lesions = { LIST($lesions) }
explain-lesion_in_quadrant = { LIST($lesions) }, in the { WORD("explain-quadrant", $quadrant) } quadrant
explain-lesions_in_quadrant = { LIST($lesions) }, all in one quadrant ({ WORD("explain-quadrant", $quadrant) })
explain-lesions_in_quadrants = { LIST($lesions) }, in { $n } quadrants
explain-quadrant_superior_temporal = superior temporal
explain-quadrant_superior_nasal = superior nasal
explain-quadrant_inferior_temporal = inferior temporal
explain-quadrant_inferior_nasal = inferior nasal
explain-detected = { $lesions }.

## Which eye

explain-eye_left = Left eye
explain-eye_right = Right eye
explain-side_by_disc = { WORD("explain-eye", $eye) }, by the position of the optic disc, if the photograph is upright.
explain-side_given = { WORD("explain-eye", $eye) }.
explain-side_no_disc = Side unknown: no optic disc detected, so no quadrants.
explain-side_no_disc_eye = { WORD("explain-eye", $eye) }; no optic disc detected, so no quadrants.
explain-side_disc_in_the_middle = Side unknown: the optic disc lies in the middle, so no quadrants.
explain-side_fovea_outside = { WORD("explain-eye", $eye) }; by the optic disc its fovea lies outside the picture, so no quadrants: a photograph of the nasal side, or of the other eye.
explain-side_disc_of_the_other_eye = { WORD("explain-eye", $eye) }, but the optic disc lies where the other eye has it, so no quadrants: a photograph of the nasal side, upside down, or of the other eye.

## What else the verdict needs

explain-synthetic = This grader was trained on synthetic photographs only: its grade of a patient's photograph means nothing.
explain-not_the_likeliest = Grade { $grade } lies in the middle of the probable grades and is not the most probable: its probability is { $p }, that of grade { $other } is { $most }.
explain-near_the_point = Probability of a referable grade { $p }; the high-sensitivity threshold is { $threshold }.
explain-grade_asks = Grade 2 or worse is referable by the ICDR scale, but the probability lies below the high-sensitivity threshold: a person has to decide.
explain-point_asks = Referable by the high-sensitivity threshold, though not by the grade.
explain-edema = Signs of macular edema: probability { $p }, not calibrated.
explain-edema_without_exudate = Signs of macular edema: probability { $p }, not calibrated, although no hard exudate is detected near the fovea.
explain-exudate_without_edema = Signs of macular edema: probability { $p }, not calibrated, although hard exudates are detected near the fovea.
explain-edema_asks = Macular edema is by itself a reason to refer; the verdict by grade does not include it.
explain-near_fovea = Hard exudates within one disc diameter of the fovea ({ $n }): a sign of macular edema.
explain-on_dust = { $n ->
        [one] One detection lies
       *[other] { $n } detections lie
    } on camera dust, which darkens nearly all photographs of the set at that place: not counted. The network's grade and evidence are unchanged.
explain-no_dust = No detection lies on camera dust.
explain-agrees = The detected lesions give the same grade by the ICDR rule.
explain-agrees_none = No lesion is detected, which gives the same grade by the ICDR rule.
explain-disagrees = Grade and lesions disagree: the detected lesions correspond to grade { $lesions } ({ $name }), the network gives grade { $grade }.
explain-not_mapped = New vessels, venous beading and preretinal haemorrhage make grades 3 and 4 and have no lesion map.
explain-seldom_separated = The detected lesions correspond to grade { $grade } ({ $name }). Detections seldom separate grades 3 and 4: touching lesions count as one, and new vessels, venous beading and preretinal haemorrhage have no lesion map.
explain-unmarked = The strongest evidence for referral lies where no lesion is detected: check that place.
explain-unmarked_outweighed = One place is evidence for referral and has no detection; the other places outweigh it.

## How reliable it is

explain-precision = Precision of such detections{ $dust ->
        [left_out] {" "}(without camera dust)
        [counted] {" "}(with camera dust)
       *[none] {""}
    } on { $n } photographs with reference masks: { LIST($parts) }.
explain-precision_of_grades = Precision of such detections{ $dust ->
        [left_out] {" "}(without camera dust)
        [counted] {" "}(with camera dust)
       *[none] {""}
    } on { $n } photographs of grades { $low } to { $high } with reference masks: { LIST($parts) }.
explain-recall = Lesions in the reference masks of { $n } photographs that were detected{ $dust ->
        [left_out] {" "}(without camera dust)
        [counted] {" "}(with camera dust)
       *[none] {""}
    }: { LIST($parts) }. A lesion can be present without a detection.
explain-false_alarms = { PERCENT($share, 0) } of { $n } photographs of grade 0, where every detection is false, had detections{ $dust ->
        [left_out] {" "}(without camera dust)
        [counted] {" "}(with camera dust)
       *[none] {""}
    }.
explain-share_of = { WORD("page-lesion", $kind) } { PERCENT($share, 0) }
explain-read_log_odds = The lesion maps contribute { LIST($parts) } to the log-odds of a referable grade before calibration, { $total }, including signals too faint to be detected.
explain-read_value = The lesion maps contribute { LIST($parts) } to the value of the grade, { $total }, including signals too faint to be detected.
explain-adds = { $adds } ({ WORD("page-lesion", $kind) })
explain-on_the_margin = { PERCENT($share, 0) } of the evidence lies on the black margin, outside the retina.
explain-no_maps = This grader has no lesion maps; train one with model.lesions = true. The evidence map alone is shown.
