"""The words of the lab's page and figures, English and Traditional Chinese side by side."""

from typing import Any

from drgrade.lab.degradation.words import DEGRADATION
from drgrade.lab.talk_words import TALK
from drgrade.locale.languages import Pairs, said


def say_in(language: str, key: str, **values: Any) -> str:
    """The lab's words of `key` in a language; see `said`."""
    return said(WORDS, language, key, **values)


START_WORDS = {
    "imagenet": "with_short",
    "random": "without_short",
    "phantom": "drawn_short",
    "drawn": "drawn_short",
}
FRAME: Pairs = {
    "title": (
        "Lab 3 – Diabetic Retinopathy Detection",
        "Lab 3 – 糖尿病視網膜病變偵測",
    ),
    "not_a_device": (
        "Research software, not a medical device.",
        "本軟體僅供研究，並非醫療器材。",
    ),
    "drawn_source": ("drawn photographs", "繪製影像"),
    "drawn": (
        "Drawn photographs: these figures say that the software works, nothing about eyes.",
        "本頁使用電腦繪製的眼底影像：數字只代表程式可正常運作，與真實眼睛無關。",
    ),
    "byline": (
        "{photos} photographs, {source}, {size} px, recipe {recipe}",
        "{photos} 張照片，{source}，{size} px，設定檔 {recipe}",
    ),
    "contents": ("Contents", "目錄"),
    "section_1": ("I. Introduction", "I. Introduction 簡介"),
    "section_2": ("II. Experiment setup", "II. Experiment setup 實驗設定"),
    "section_2a": ("A. Details of the models", "A. 模型細節"),
    "section_2b": ("B. Details of the data loader", "B. Dataloader 細節"),
    "section_2c": (
        "C. Evaluation through the confusion matrix",
        "C. 以 confusion matrix（混淆矩陣）評估",
    ),
    "section_3": ("III. Experimental results", "III. Experimental results 實驗結果"),
    "section_3a": ("A. The highest testing accuracy", "A. 最高測試準確率"),
    "section_3b": ("B. Comparison figures", "B. 比較圖"),
    "section_3c": ("C. Confusion matrices", "C. 混淆矩陣"),
    "to": ("to", "至"),
    "method_accuracy": ("accuracy", "準確率"),
    "method_qwk": ("QWK", "QWK"),
    "method_macro_auc": ("macro AUC", "macro AUC"),
    "section_3d": ("D. Size of the photographs", "D. 影像大小"),
    "section_4": ("IV. Discussion", "IV. Discussion 討論"),
    "section_5": ("V. Time and reproducibility", "V. 時間與可重現性"),
}

SETUP: Pairs = {
    "intro_depth": (
        "A plain network that is made deeper can get a larger error, on the training set too: "
        "gradients fade on the way back and the layers in front hardly move. ResNet adds residual "
        "learning: a block learns F(x) and answers F(x) + x. Where nothing is left to gain, F(x) "
        "goes to 0 and the block passes x on, so a deeper network is no worse than a shallower "
        "one.",
        "傳統卷積神經網路加深後，連訓練集的 error 都可能變大：梯度在回傳途中消失，前面幾層的參數無法有效更新。"
        "ResNet 加入 residual learning 的思想，每個 block 學的是 F(x)，輸出 F(x) + x；"
        "若網路已達最優，residual mapping 會被推向 0，只剩 identity mapping，"
        "因此深層網路的表現不會比淺層網路差。",
    ),
    "intro_task": (
        "Here such networks grade photographs of the retina on the five ICDR steps, 0 (no "
        "retinopathy) to 4 (proliferative). Two questions run through the page: what "
        "pretraining, depth and size are worth, and whether a figure means more than a trivial "
        "answer does.",
        "本實驗用這些網路把眼底照片分為 ICDR 五級，由 0（無病變）到 4（增殖性）。"
        "整份報告圍繞兩個問題：預訓練、網路深度與影像大小各有多少幫助？"
        "得到的準確率是否真的勝過不看影像的簡單答案？",
    ),
    "diagram_residual": ("Residual block", "Residual block"),
    "diagram_bottleneck": ("Bottleneck block", "Bottleneck block"),
    "diagram_inverted": ("Inverted residual block", "Inverted residual block"),
    "diagram_identity": ("identity", "identity\n（恆等映射）"),
    "diagram_channels": ("channels", "通道"),
    "about_residual": (
        "Two 3×3 convolutions and the shortcut; ResNet18 has four layers of two such blocks. "
        "Where a layer halves the map and doubles the channels, the shortcut is a 1×1 convolution "
        "with the block's stride, so that both ends have one shape.",
        "由兩個 3×3 convolution 組成；ResNet18 有 4 個 layer，每個 layer 有 2 個 residual block。"
        "當 layer 使尺寸減半、通道數加倍時，shortcut 改用 stride 相同的 1×1 convolution，"
        "使輸入和輸出尺寸一致。",
    ),
    "about_bottleneck": (
        "1×1, 3×3 and 1×1 convolutions: the first brings 256 channels down to 64, the last brings "
        "them back, so that the costly 3×3 works on few. ResNet50 has 3, 4, 6 and 3 of them.",
        "由 1×1、3×3、1×1 convolution 組成：先用 1×1 將 256 通道降到 64 通道，最後再用 1×1 恢復，"
        "讓昂貴的 3×3 只處理較少的通道。ResNet50 的 4 個 layer 分別有 3、4、6、3 個。",
    ),
    "about_inverted": (
        "EfficientNet-Lite0 turns it round: wide inside, narrow outside, a depthwise 3×3 or 5×5 in "
        "the middle, ReLU6. It is there because its ImageNet weights come with the package.",
        "EfficientNet-Lite0 則相反：內部寬、外部窄，中間為 depthwise 3×3 或 5×5，使用 ReLU6。"
        "加入它是因為其 ImageNet 權重可隨套件取得。",
    ),
    "architecture": ("Layers and output sizes", "各層與輸出尺寸"),
    "layer": ("layer", "layer"),
    "output_at": ("output at {size} px", "{size} px 時的輸出"),
    "parameters": ("parameters", "參數量"),
    "printed": ("Printed modules of {network}", "{network} 的模組列表"),
    "head_lab": (
        "the lab's head: average pool 7, stride 1",
        "實驗原本的 head:average pool 7,stride 1",
    ),
    "head_global": ("global average pool", "global average pool"),
    "counts": ("Photographs by split and grade", "各資料集與分級的照片數"),
    "split": ("split", "資料集"),
    "split_train": ("train", "訓練集 train"),
    "split_tune": ("tune", "調校集 tune"),
    "split_calibrate": ("calibrate", "校準集 calibrate"),
    "split_test": ("test", "測試集 test"),
    "total": ("all", "合計"),
    "patients": ("patients", "病人數"),
    "units_patients": ("patients", "病人"),
    "units_groups": ("groups of photographs", "照片群組"),
    "units_photos": ("photographs (patients unknown)", "照片（病人身分未知）"),
    "loader": (
        "The Dataset inherits torch.utils.data.Dataset and has three functions:",
        "Dataset 繼承 torch.utils.data.Dataset，包含三個基本函式：",
    ),
    "loader_init": (
        "keeps the rows of one split (photo and grade), the size, and whether to flip.",
        "初始化：依 mode 取出該資料集的照片名稱與 label，並記下影像大小與是否翻轉。",
    ),
    "loader_len": ("answers how many photographs there are.", "回傳資料長度（張數）。"),
    "loader_getitem": (
        "reads one photograph upright, crops it to the field of view, pads it to an undistorted "
        "square, averages it to size, flips it at random (train only), scales its pixels to "
        "[-1, 1] and returns it with its grade.",
        "依 index 讀出照片並轉正，裁切到眼底視野、補成不變形的正方形並縮小，"
        "訓練時隨機翻轉，再將 pixel value 落在 [-1, 1] 之間，最後回傳影像與 label。",
    ),
    "source_code": ("source", "程式碼"),
    "matrix_is": (
        "A confusion matrix counts every test photograph once: the row is its reference grade, "
        "the column the network's answer. The diagonal is right. Row-normalised, each row is "
        "divided by its sum: the diagonal is then the share of that grade that was found, however "
        "rare it is.",
        "Confusion matrix 用來衡量 classification 的結果：每張測試照片計入一格，"
        "列(row)是參考分級，欄(column)是網路的答案，對角線代表答對。"
        "Normalized 版本將每列除以該列總和，對角線即為該分級被找出的比例，不受分級多寡影響。",
    ),
    "example_matrix": (
        "A network that always answers 0 fills one column only, and is right as often as grade 0 "
        "occurs: {share} here.",
        "一律判為 0 級 的網路只會填滿一欄，其準確率等於分級 0 的比例：此處為 {share}。",
    ),
}

RESULTS: Pairs = {
    "network": ("network", "Model"),
    "with_pretraining": ("With pretraining", "With Pretrained"),
    "without_pretraining": ("Without pretraining", "Without Pretrained"),
    "with_short": ("pretrained", "有預訓練"),
    "without_short": ("from scratch", "無預訓練"),
    "drawn_short": ("pretrained on drawn photographs", "以繪製照片預訓練"),
    "rate": ("lr = {rate}", "lr = {rate}"),
    "row_of": ("epoch = {epochs}, batch size = {batch}", "epoch = {epochs}, batch_size = {batch}"),
    "lab_table": (
        "Highest test accuracy, as the lab prints it",
        "最高測試準確率（實驗報告的算法）",
    ),
    "lab_table_note": (
        "The best of all epochs, chosen on the test photographs themselves: for comparison with "
        "the lab only.",
        "取所有 epoch 中測試準確率最高者，等於用測試照片挑選：只供與實驗報告比較。",
    ),
    "chosen_on_test": ("chosen on test", "以測試集挑選"),
    "honest_table": ("The honest figure", "誠實的數字"),
    "honest_table_note": (
        "{kept}; test is looked at once. In brackets 95 % intervals, {units} resampled.",
        "{kept}，測試集只看一次。括號內為 95 % 信賴區間，以{units}為單位重抽樣。",
    ),
    "kept_tune": ("The epoch is chosen on tune", "epoch 由調校集(tune)決定"),
    "kept_last": (
        "The last epoch is kept, unchosen",
        "保留最後一個 epoch，未經挑選",
    ),
    "kept_mixed": (
        "The epoch is chosen on tune, or the last is kept, unchosen, where the row says so",
        "epoch 由調校集(tune)決定，標明「未經挑選」者則保留最後一個 epoch",
    ),
    "unchosen": ("last, unchosen", "最後一個，未經挑選"),
    "accuracy": ("accuracy", "準確率"),
    "qwk": ("QWK", "QWK"),
    "macro_auc": ("macro AUC", "macro AUC"),
    "n_a": ("n/a", "無"),
    "epoch": ("epoch", "epoch"),
    "floor_zero": ("Always answer 0", "一律判為 0 級"),
    "floor_majority": ("Always answer the commonest grade", "一律判為最常見的分級"),
    "floor_other_eye": ("Copy the other eye's grade", "照抄另一眼的分級"),
    "floor_other_train": (
        "Copy the other eye's train grade, else 0",
        "照抄另一眼在訓練集的分級，否則答 0",
    ),
    "floor_kind": ("floor, no photograph looked at", "底線，不看影像"),
    "their_report": ("The lab's own report", "原實驗報告"),
    "collapsed": ("collapsed", "退化"),
    "waiting": ("not finished: {done} of {epochs} epochs", "尚未完成：{done}/{epochs} epoch"),
    "empty": ("empty", "待補"),
    "why_empty": ("Why cells are empty", "空白格的原因"),
    "not_begun": ("not begun yet", "尚未開始"),
    "detail": ("All figures on test", "測試集的完整數字"),
    "cell": ("cell", "格"),
    "tune_qwk": ("tune QWK", "tune QWK"),
    "scorecard": ("scorecard", "評分卡"),
    "one_answer": ("largest share of one answer", "單一答案的最大占比"),
    "over_zero": ("accuracy minus always 0", "準確率減去「一律判為 0 級」"),
    "over_other": ("accuracy minus other eye", "準確率減去「照抄另一眼」"),
    "unseen": (
        "accuracy, patients of test alone (n = {n})",
        "準確率，病人只在測試集(n = {n})",
    ),
    "seconds": ("time", "時間"),
    "speed": ("photographs a second", "每秒張數"),
    "forest": ("Accuracy on test with 95 % interval", "測試準確率與 95 % 信賴區間"),
    "curves": ("{network}: accuracy by epoch", "{network}：各 epoch 的準確率"),
    "train_curve": ("train, {start}", "train({start})"),
    "test_curve": ("test, {start}", "test({start})"),
    "axis_epoch": ("epoch", "epoch"),
    "axis_accuracy": ("accuracy (%)", "準確率(%)"),
    "curves_note": (
        "Circle: {circle}. Star: the highest test accuracy. Dotted: always 0.",
        "圓圈：{circle}；星號：最高測試準確率；點線：一律判為 0 級。",
    ),
    "circle_tune": ("the epoch that tune chose", "由調校集選出的 epoch"),
    "circle_last": ("the last epoch, kept unchosen", "最後一個 epoch，未經挑選"),
    "circle_mixed": (
        "the epoch that tune chose, or the last, unchosen",
        "由調校集選出的 epoch，或未經挑選的最後一個 epoch",
    ),
    "matrix_counts": ("counts", "張數"),
    "matrix_shares": ("row-normalised", "每列正規化"),
    "matrix_honest": (
        "{cell}: epoch {epoch}, chosen on tune",
        "{cell}：epoch {epoch}，由調校集選出",
    ),
    "matrix_last": (
        "{cell}: epoch {epoch}, the last, unchosen",
        "{cell}：epoch {epoch}，最後一個，未經挑選",
    ),
    "matrix_highest": (
        "{cell}: epoch {epoch}, chosen on test",
        "{cell}：epoch {epoch}，以測試集挑選",
    ),
    "axis_reference": ("reference grade", "參考分級"),
    "axis_predicted": ("answer", "網路的答案"),
    "sizes_table": (
        "{network} at {sizes} px: global average in each, same photographs and epochs",
        "{network} 在 {sizes} px：皆用 global average，照片與 epoch 相同",
    ),
    "size": ("size", "大小"),
    "sizes_none": (
        "Only one size was run. --compare-size 128 runs a second one.",
        "只跑了一種大小；加上 --compare-size 128 可比較第二種。",
    ),
    "sizes_unlike": (
        "The two sizes were run with other settings too, so they are not compared.",
        "兩種大小的其他設定也不同，因此不作比較。",
    ),
    "figure_files": ("PNG and SVG in figures/", "PNG 與 SVG 在 figures/"),
}

REPEAT: Pairs = {
    "time_note": (
        "Training time without preparing photographs, on {device}.",
        "訓練時間（不含前處理），裝置：{device}。",
    ),
    "repeat_command": ("Command", "指令"),
    "repeat_seed": ("Seed", "亂數種子"),
    "repeat_manifest": ("Manifest, SHA-256", "資料表 SHA-256"),
    "repeat_recipes": ("Recipes, SHA-256", "設定檔 SHA-256"),
    "repeat_versions": ("Versions", "版本"),
    "repeat_machine": ("Machine", "機器"),
    "repeat_cores": ("{n} cores", "{n} 核心"),
    "repeat_written": ("Written", "產生時間"),
    "repeat_licence": ("Licence of the photographs", "照片授權"),
    "repeat_intervals": ("Intervals", "信賴區間"),
    "repeat_note": (
        "The same command with the same manifest on a CPU gives the same weights, bit for bit. "
        "Every figure of this page is in report.json.",
        "在 CPU 上以相同指令與資料表重跑，可得到逐位元相同的權重。本頁所有數字都在 report.json。",
    ),
}

WORDS: Pairs = FRAME | SETUP | DEGRADATION | RESULTS | TALK | REPEAT
