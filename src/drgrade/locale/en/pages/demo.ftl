# The demo: its page and what it prints.

demo-title = drgrade in five minutes
demo-lead = The shipped grader at work, an experiment in which one network learns and the other does not, and every figure with its confidence interval.
demo-say_1 = 1 of 3  grading a gallery with the shipped grader
demo-say_2 = 2 of 3  training two networks on { COUNT($n) } synthetic photographs, evaluating each
demo-say_3 = 3 of 3  comparing the two
demo-network_resnet18-random = ResNet18 without pretraining
demo-network_efficientnet_lite0-drawn = EfficientNet-Lite0, pretrained on synthetic photographs

## 1 Grade

demo-part_1 = Grade
demo-grade_is = { $model }, the grader that comes with the package, sorted { $n } photographs by risk, outlined the lesions it detected and refused what it cannot grade.
demo-graded = { $n } photographs: { $graded } graded, { $refused } refused; referral correct for { $right } of { $known } good synthetic ones
demo-real = the one real eye, a healthy one: grade { $grade }, { WORD("demo-need", $need) }
demo-real_none = the one real eye: no grade ({ $reason })
demo-need_refer = referral
demo-need_no_referral = no referral
demo-need_person = a person has to decide
demo-gallery_note = All photographs but one are synthetic: their lesions were drawn, so their grade is known. The outlines are what the grader detected, not what was drawn.
demo-note_good = Synthetic, drawn as grade { $grade }
demo-note_blurred = Synthetic, out of focus, drawn as grade { $grade }: only pictures that show no retina are refused, so a person has to check focus
demo-note_dim = Synthetic, underexposed, drawn as grade { $grade }
demo-note_black = Synthetic, the flash failed
demo-note_not_an_eye = A cup of coffee
demo-note_real = A real photograph of a healthy left eye (scikit-image, CC0)
demo-disc = optic disc

## 2 Train and compare

demo-part_2 = Train and compare
demo-train_is = The lab's experiment in small: { $train } synthetic photographs for training, { $test } of { $patients } other patients for testing. The two differ in network and in pretraining, so their difference is due to both; the lab itself changes one thing at a time.
demo-qwk = QWK { $found }
demo-with_ci = { $value } (95 % CI { $low } to { $high })
demo-on_network = { $network }: { $score }, { $found }
demo-collapsed = collapsed: the same grade for { $share } of the photographs
demo-collapsed_and_caught = collapsed: the same grade for { $share } of the photographs; detected by check { $check }
demo-few_steps = Only { COUNT($steps) } training steps ({ COUNT($photos) } photographs, { $epochs } epochs) without pretraining: this does not show that ResNet18 cannot learn
demo-learned = better than the trivial baselines
demo-caught = not significantly better than the trivial baselines: detected by check { $check }
demo-unproven = not significantly better than the trivial baselines
demo-other = always grade 0 has QWK 0, the patient's other eye { $other }; against the other eye EfficientNet-Lite0 has { $than }
demo-than_better = significantly higher accuracy ({ $gap } points)
demo-than_same = no significant difference in accuracy ({ $gap } points)
demo-than_worse = significantly lower accuracy ({ $gap } points)
demo-same_generator = EfficientNet-Lite0 was pretrained on 12,000 other eyes of the same generator, their lesions and grades included: this shows that it transfers to new synthetic eyes, not that it grades patients.
demo-test_answers = Predicted grades against the reference, test set

## 3 Evaluate

demo-part_3 = Evaluate
demo-evaluate_is = The same test patients, paired: what is hard for both cancels. Each network has a scorecard with { $checks } checks.
demo-difference = EfficientNet-Lite0 minus ResNet18: QWK { $found }, paired over { COUNT($patients) } patients

## What it shows

demo-limits = What synthetic photographs can and cannot show
demo-can_show = They can show that the software works from a photograph to a report, that lesions of known place and number are detected, and that the evaluation separates a network that learns from one that does not.
demo-cannot_show = Synthetic photographs cannot show how well any network grades patients: real eyes, cameras and disagreement between readers are not in them.

## Where to go on

demo-to_gallery = The gallery, by risk →
demo-to_lab = The lab report →
demo-to_scorecard = The scorecard of EfficientNet-Lite0 →
demo-to_scorecard_collapsed = The scorecard of ResNet18 →
demo-to_comparison = The comparison →
demo-next = With your own photographs
demo-next_grade = grade and explain one
demo-next_lab = the whole experiment
demo-next_evaluate = evaluate any grader's table
demo-made = Made with drawing { $drawing }, seed { $seed }; drgrade { $version }.

## The last table of the terminal

demo-results = Results of the demo ({ $device })
demo-device = research software, not a medical device
demo-line_1 = 1 Grade
demo-line_2 = 2 Train
demo-line_3 = 3 Evaluate
demo-line_open = Open first
demo-line_gallery = Gallery
demo-line_lab = Lab report
demo-line_scorecard = Scorecard
demo-line_scorecard_collapsed = {"  "}ResNet18
demo-line_comparison = Comparison
