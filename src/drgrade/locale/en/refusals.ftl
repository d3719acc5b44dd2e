# Why something was refused or could not be had: the rule, the value found, the way out.

as_said = { $sentence }

## Weights to start from

weights_unreachable = { $address } cannot be fetched ({ $why }); get it elsewhere and put it at { $path }, set model.start to a file, or DRGRADE_WEIGHTS_URL to a mirror
synthetic_start_missing = the synthetic start of { $network } is not made yet ({ $where }); make it with `drgrade models pretrain { $network }`
synthetic_start_unfinished = the synthetic start of { $network } is not finished ({ $where }); make it with `drgrade models pretrain { $network }`
synthetic_start_without_weights = the synthetic start of { $network } has lost its { $file } ({ $where }); delete the folder and make it again with `drgrade models pretrain { $network }`
