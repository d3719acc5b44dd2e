# Why something was refused or could not be had: the rule, the value found, the way out.

as_said = { $sentence }

## Weights to start from

weights_unreachable = { $address } cannot be fetched ({ $why }); get it elsewhere and put it at { $path }, set model.start to a file, or DRGRADE_WEIGHTS_URL to a mirror
synthetic_start_missing = the synthetic start of { $network } is not made yet ({ $where }); make it with `drgrade models pretrain { $network }`
synthetic_start_unfinished = the synthetic start of { $network } is not finished ({ $where }); make it with `drgrade models pretrain { $network }`
synthetic_start_without_weights = the synthetic start of { $network } has lost its { $file } ({ $where }); delete the folder and make it again with `drgrade models pretrain { $network }`

## Model files

weights_no_numbers = { $path }: { $lost } of { $of } tensors hold NaN or infinite values, first '{ $first }'; its training went wrong: use a file saved before that
model_is_pytorch = { $path } is a PyTorch checkpoint: weights alone, without the preprocessing, objective and calibration that a grade needs; start a training from it: `drgrade train RECIPE --set model.start={ $path }`, and give the model.network that it is of
model_is_keras = { $path } is an HDF5 file (Keras, TensorFlow), whose weights are not read; give a file that drgrade wrote, or convert its weights to a PyTorch state_dict and start a training from that (model.start)
model_is_pointer = { $path } is a Git LFS pointer, not the file itself; fetch it with `git lfs pull`
model_too_large = { $path }: a { $what ->
    [header] header
   *[file] file
} may have { COUNT($most) } bytes, this one has { COUNT($found) }; it is no model of ours
weights_need_code = { $path } holds more than weights ({ $name }), which only running code from the file could open; where you trust it, open it yourself and save the weights alone: torch.save(model.state_dict(), "weights.pth")
weights_swell = { $path } has { COUNT($packed) } bytes and says it unpacks to { COUNT($unpacked) }; weights unpack to what their file has (torch.save compresses nothing): save them again with torch.save
weights_are_torchscript = { $path } is TorchScript (torch.jit.save), whose network is code; save its weights alone: torch.save(torch.jit.load(FILE).state_dict(), "weights.pth")
weights_member_damaged = { $path }: checkpoint damaged, '{ $member }' in it has another CRC than when it was saved; fetch it again

## Training

step_left_out = warning: epoch { $epoch }, step { $step }: loss or gradients became NaN or infinite with the photographs { LIST($photos) }; the step is left out ({ $count } of at most { $most } in an epoch)
training_diverged = loss or gradients became NaN or infinite in { $count } steps of epoch { $epoch }, the last with the photographs { LIST($photos) }; what was saved before is kept; look at these, lower optimiser.learning_rate or set train.clip = 1.0, and train in a new folder
training_lost_weights = { $lost } of { $of } tensors became NaN or infinite in epoch { $epoch }, first '{ $first }'; they are not saved, what was saved before is kept; lower optimiser.learning_rate or set train.clip = 1.0, and train in a new folder

## Tables

labels_begin_at_one = the grades look 1-based: they run from 1 to 5 ({ $n1 }, { $n2 }, { $n3 }, { $n4 }, { $n5 } rows) and none is 0, where ICDR grades are 0 to 4; so 5 is proliferative DR, and must not be left empty: write a CSV with the header label,grade and the lines 1,0 2,1 3,2 4,3 5,4, and make the manifest with `drgrade data import csv FILE --grade-map MAP.csv`
labels_all_the_same = all { $graded } graded photos have grade { $grade }: this looks like a sample submission or an empty form, not like labels; give the table of labels (nothing can be trained on one grade)
training_one_grade = training needs photos of two grades or more in split 'train', and all { $graded } have grade { $grade }; is this a table of labels? check its grade column (`drgrade data check`)
