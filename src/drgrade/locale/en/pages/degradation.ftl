# The lab's first figure: training error of plain and residual networks by depth.

degradation-title = Depth with and without shortcuts: training error
degradation-kind_plain = plain
degradation-kind_residual = residual
degradation-layers = { $depth } layers
degradation-layers_unfinished = { $depth } layers, not finished
degradation-axis = training error (%)
degradation-note = Error on the training photographs over each epoch, counted during training, as in the figure of the paper (He et al. 2016, section 4.1): flips on, batch normalisation by the batch, the same for all. Line: mean over seeds; band: lowest to highest seed; thin 18, thicker 34 and 50 layers; dotted: always the most frequent grade. { $size } px, batch { $batch }, learning rate { $rate }, { $epochs } epochs. The test set is not used.
degradation-table = Training error of the last epoch
degradation-table_note = Mean over the finished seeds, in brackets the lowest and the highest: a range, not a 95 % CI. Differences are taken seed by seed.
degradation-depth = layers
degradation-gap = plain minus residual, points
degradation-seeds = finished seeds, plain / residual
degradation-done = { $done } of { $all } trainings have finished.
degradation-left = Not finished: { LIST($names) }.
degradation-left_one = { $name } ({ $done } of { $epochs } epochs)
degradation-left_reason = { $name } ({ $reason })
degradation-none = The option --degradation makes the lab's first figure, plain against residual networks.
degradation-no_table = No cell of the table was run. The same command without --degradation runs them.

## What it shows

degradation-errors = { $kind ->
        [plain] Plain
       *[residual] Residual
    } networks end with a training error of { AND($errors) }.
degradation-headline = { $kind ->
        [plain] Plain
       *[residual] Residual
    } networks, { $first } to { $last } layers: training error { $before } to { $after }.
degradation-no_errors = No { $kind } network has finished yet.
degradation-error_at = { $error } with { $depth } layers
degradation-against = Against { $first } layers: { AND($changes) }.
degradation-gaps = Without shortcuts the error changes: { AND($gaps) }.
degradation-change_at = { $difference } points with { $depth } layers ({ $meaning })
degradation-sign_larger = larger in each of { $n } seeds
degradation-sign_smaller = smaller in each of { $n } seeds
degradation-sign_unclear = the { $n } seeds do not agree
degradation-sign_one = one seed
degradation-ends_larger = Deeper ones fit the training photographs worse.
degradation-ends_smaller = Deeper ones fit the training photographs better.
degradation-ends_mixed = The fit is worse at { AND($worse) } layers; at the others the seeds do not agree on that.
degradation-ends_unclear = No effect of depth holds in every seed and at every depth.
degradation-ends_one = One seed cannot separate depth from chance.
