# What each check found and what to do. $why: one sentence a reason.

not_checkable = { $check } could not be checked: { $reason }.

## W01 equals a trivial classifier

W01 = This grader { WORD("grader", $what) }. Always answering grade { $majority } has { PERCENT($majority_share, 2) } accuracy on these photographs. { $why } { WORD("cure", $cure) }
grader_equals = equals a trivial classifier
grader_untold = is not significantly better than the trivial baseline
grader_worse = is worse than chance
grader_one_grade = gives nearly every photograph one grade
cure_train_longer = Train longer, with another learning rate or with balanced classes, before using any of its figures.
cure_look_closer = Accuracy says little here; look at sensitivity and at each grade.
collapsed = { PERCENT($share, 1) } of the answers are grade { $grade }: the network has collapsed.
mostly_one_grade = { PERCENT($share, 1) } of the answers are grade { $grade }, as are { PERCENT($labels, 1) } of the reference grades.
qwk_contains_0 = The interval of QWK ({ FIXED($low, 3) } to { FIXED($high, 3) }) contains 0.
auc_contains_half = The interval of the referable AUC ({ FIXED($low, 3) } to { FIXED($high, 3) }) contains 0.5.
auc_below_chance = The referable AUC ({ FIXED($low, 3) } to { FIXED($high, 3) }) is below chance: are p0 to p4 in reverse order?

## W02 leak

W02 = { PERCENT($share, 2) } of the evaluated photographs are of patients or groups that were trained on too, so every figure is too high; split by patient, not by photograph (`drgrade data split`), train again and evaluate again.
no_training_rows = no row says which photographs were trained on
no_patients = no patient is known
known_start = the start { $start } was trained on photographs too ({ LIST($photographs) }), and nothing here says whether these are among them; evaluate on photographs of another set, or start from the run folder that the start was trained in, or from weights that were trained on no patient's photographs (model.start)
unknown_start = the start { $start } does not say which photographs it was trained on; evaluate on photographs that it cannot have seen, or start from a run folder, or from weights that were trained on no patient's photographs (model.start)

## W03 patients unknown

W03 = The patient is unknown for { $unknown } of { $n } photographs. { $why } Give the column patient.
resampled_alone = { $n } of them are resampled one by one, as if each were of another patient, so intervals may be too narrow.
resampled_in_groups = { $n } of them are resampled by the { $groups } groups that the table names, as if no patient were in two of them.

## W04, W15 duplicates

W04 = { $n ->
        [one] One of the evaluated photographs looks
       *[other] { $n } of the evaluated photographs look
    } the same as one of train, tune or calibrate, so figures are too high: { LIST($twins) }. Take one of each pair out, train again and evaluate again.
W15 = { $n ->
        [one] One pair of evaluated photographs is the same picture
       *[other] { $n } pairs of evaluated photographs are the same picture
    }{ $contrary ->
        [0] {""}
       *[other] , and some have two different labels
    }: { LIST($twins) }. Keep one of each pair, with the label that is right.
twins = { $one } = { $other }{ $more ->
        [0] {""}
       *[other] {" "}(+{ $more })
    }
no_fingerprints = the photographs of the splits have no fingerprints made by drgrade (column phash; W15 also reads sha256)

## W05 chosen on test

W05 = { $why } These figures are too high; evaluate on photographs that were used neither to train nor to choose.
chosen_on_test = The { WORD("choice", $what) } was chosen on the test photographs.
chosen_on_these = The { WORD("choice", $what) } was chosen on these very photographs (split { $split }).
trained_on_these = The grader was trained on these very photographs (split train).
choice_epoch = epoch
choice_cuts = set of cuts between grades
choice_threshold = threshold of referral
no_choice = the predictions do not say which photographs chose the epoch and the cuts

## W06 too small

W06 = Too small for a decision. { $why } Evaluate more patients before relying on sensitivity and specificity.
wide_interval = The interval of { WORD("share", $what) } is { PERCENT($low, 1) } to { PERCENT($high, 1) }, more than 5 points either way.
few_on_side = Evaluated { WORD("side", $what) }: { $n }, fewer than 100.
share_sensitivity = sensitivity
share_specificity = specificity
side_positives = with referable disease
side_negatives = without referable disease

## W07 other prevalence

W07 = { PERCENT($here, 1, $there) } of these photographs are referable, { PERCENT($there, 1, $here) } of those the grader was trained on: predictive values do not carry over; use those at your own prevalence.
no_prevalence = the predictions do not say how frequent disease was in training

## W08 input drift

W08 = These photographs are not like those the grader was trained on. { $why } Evaluate them apart from the others, or train on photographs like them.
drift = { $n } of { $of } have { WORD("feature", $what) } outside { SIGNIFICANT($low, 4) } to { SIGNIFICANT($high, 4) }, where 98 % of the training photographs lie.
new_camera = { $n } of { $of } have { WORD("feature", $what) } that no training photograph has.
feature_brightness = a brightness
feature_width = a width
feature_height = a height
feature_field_ratio = a field of view with width over height
feature_black_share = a share of black
feature_camera = a camera
no_statistics = the predictions do not say what the training photographs were like
no_inputs = the table does not say what these photographs are like (columns brightness, width, height, field_ratio, black_share, camera)

## W09 rare grades

W09 = Grades with fewer than 20 photographs: { LIST($grades) }. Nothing can be said of how they are graded; add photographs of them.
rare_grade = { $grade } ({ $n })

## W10, W11 ungradable photographs

W10 = { $why } Leaving out ungradable photographs leaves out disease; read analysis A first.
many_ungradable = { PERCENT($share, 1, 0.1) } of the photographs are ungradable, more than 10 %.
ungradable_by_grade = The ungradable share differs by reference grade ({ PERCENT($low, 1) } of grade { $low_grade }, { PERCENT($high, 1) } of grade { $high_grade }; chi-square p = { SIGNIFICANT($p, 2) }).
W11 = On gradable photographs only, { WORD("share", $what) } looks { FIXED($points, 1) } points higher than over everybody who was screened; report analysis A.
share_undefined = sensitivity or specificity is undefined

## W12 no macular edema

W12 = Macular edema is not part of the endpoint, because the table does not say who has it: read 'referable' as 'referable retinopathy without DME', or give the column dme.

## W13 calibration

W13 = The probabilities are poorly calibrated. { $why } Calibrate (`drgrade calibrate`) on rows like these before showing them to anybody.
ece_high = The calibration error is { FIXED($value, 3, 0.05) }, above 0.05.
ece_high_by_chance = The calibration error is { FIXED($value, 3, 0.05) }, above 0.05, which so few photographs give by chance too: perfect probabilities stay below { FIXED($chance, 3) } in 95 of 100 such sets.
slope_off = The calibration slope is { FIXED($value, 2, 0.8, 1.25) } ({ FIXED($low, 2, 0.8, 1.25) } to { FIXED($high, 2, 0.8, 1.25) }), outside 0.8 to 1.25.
slope_off_by_chance = The calibration slope is { FIXED($value, 2, 0.8, 1.25) }, outside 0.8 to 1.25; its interval ({ FIXED($low, 2, 0.8, 1.25) } to { FIXED($high, 2, 0.8, 1.25) }) reaches in, so this may be chance.

## W14 subgroups

W14 = In some subgroups disease may be missed; the lower bound of sensitivity is below { PERCENT($bound, 1) } for { LIST($subgroups) }. Evaluate more patients of these groups, or train on more.
missed_subgroup = { NAME("column", $column) }: { NAME("group", $name) } ({ PERCENT($low, 1, $bound) })
no_subgroups = no column of the table names groups (site, camera, eye, sex, age, ...)

## W16 other preprocessing

W16 = The photographs were prepared in another way than for training ({ LIST($settings) }); predict again as the model prepares them.
other_setting = { $name } { $before } -> { $now }
no_preprocessing = the predictions do not say how the photographs were prepared in training and now

## W17 no numbers

W17 = { $n } of { $of } graded rows { $n ->
        [one] has
       *[other] have
    } a score that is not a number, first '{ $photo }'; give such rows the status error and empty probabilities.

## W18 too good

W18 = Too good to be true. { $why } Look for a leak before believing it.
auc_too_good = The referable AUC is { FIXED($value, 4, 0.995) }.
qwk_too_good = QWK is { FIXED($value, 3, 0.95) }, higher than the agreement of two graders.
of_the_patient = { PERCENT($share, 0) } of what the photographs add to the other eye's label is still there when each photograph is replaced by that of the other eye ({ $patients } patients): the answers follow the patient, not the photograph.
no_pairs = no score is too high, but fewer than 200 patients have both eyes graded, so the other eye could not be put in place of the photograph

## W19 shortcut

W19 = A shortcut is possible: the file alone, without a look at the photograph, predicts disease with an AUC of { FIXED($auc, 2, 0.7) }; { WORD("fact", $what) } alone reaches { FIXED($alone, 2) }. Evaluate on photographs whose cameras, sizes and framing are the same for healthy and ill.
fact_width = the width (column width)
fact_height = the height (column height)
fact_bytes = the size of the file (column bytes)
fact_aspect = width over height
fact_black_share = the share of black pixels (column black_share)
fact_camera = the camera (column camera)
no_file_facts = the table has no facts of the files that differ (width, height, bytes, black_share, camera), or fewer than 20 photographs on a side

## W20 left and right

W20 = Left and right may not be treated alike. { $why } Where it is not chance, train with mirrored photographs.
sides_differ = Sensitivity of left and right eyes is { FIXED($points, 1) } points apart.
sides_untested = Sensitivity of left and right eyes is { FIXED($points, 1) } points apart, of too few photographs to test.
sides_by_chance = Sensitivity of left and right eyes is { FIXED($points, 1) } points apart, which may be chance (p = { SIGNIFICANT($p, 2, 0.05) }, corrected for all subgroups): evaluate more patients.
mirrored = Mirroring changes { PERCENT($value, 1, 0.02) } of the grades.
no_eyes = neither the eyes nor the effect of mirroring are known

## W21, W22 labels

W21 = { PERCENT($share, 1, 0.02) } of the labels are two grades or more away from a very sure answer; have these photographs looked at again: { LIST($photos) }.
W22 = The reference grades look { WORD("scale", $what) }; map them to the grades 0 to 4 of the ICDR scale.
scale_one_based = 1-based (there is no grade 0, and most are grade 1)
scale_binary = binary (two grades occur)
scale_reversed = reversed (answers agree with them upside down)
few_rows = there are fewer than 100 graded photographs

## W23 rows of the manifest

W23 = The table has { $found } rows of split { $split }, the manifest { $wanted }. { $why } Rows that are left out can hide failures; predict every photograph of the split once.
left_out = { $n ->
        [one] One photograph of the manifest is not
       *[other] { $n } photographs of the manifest are not
    } in the table, first '{ $photo }'.
elsewhere = { $n ->
        [one] One photograph of the table is of
       *[other] { $n } photographs of the table are of
    } another split there, first '{ $photo }'.
no_manifest = the manifest was not given
no_split = the table does not say of which split its rows are

## W24 operating points

W24 = An operating point does not belong to these answers. { $why } Calibrate this model (`drgrade calibrate`) and predict again before using its referrals.
other_weights = { $name } was chosen for a model with other weights.
other_preprocessing = { $name } was chosen on photographs that were prepared otherwise.
no_points = no operating point travels with the predictions
no_hashes = the operating points or the predictions do not say which model and which preprocessing they belong to

## W25 synthetic photographs

W25 = { $why } These figures show that the program works and say nothing about eyes; train and evaluate on real photographs.
synthetic_photos = The photographs are synthetic.
synthetic_model = The grader was trained on synthetic photographs, and on no real ones after.
no_origin = the predictions do not say whether the photographs are synthetic or real

## W26 a changed table

W26 = The table was changed after it was written: it is not the file whose hash its record names. Rows may have been removed or edited; predict again, or say in the report what was changed.
no_table_hash = the record beside the predictions does not name the table that it belongs to

## Subgroups

column_eye = eye
column_site = site
column_camera = camera
column_sex = sex
column_age = age
column_ethnicity = ethnicity
column_quality = quality
column_width = width
group_left = left
group_right = right
group_under_40 = under 40
group_40_to_49 = 40 to 49
group_50_to_59 = 50 to 59
group_60_to_69 = 60 to 69
group_70_and_over = 70 and over
group_under_1000_px = under 1000 px
group_1000_to_1999_px = 1000 to 1999 px
group_2000_px_and_over = 2000 px and over
subgroup = { NAME("column", $column) }: { NAME("group", $name) }
