"""The words of the lab's first figure, English and Traditional Chinese side by side."""

from drgrade.locale.languages import Pairs

DEGRADATION: Pairs = {
    "degradation_title": (
        "Depth with and without shortcuts: training error",
        "有無 shortcut 的網路加深：訓練 error",
    ),
    "degradation_plain": ("plain", "plain（無 shortcut）"),
    "degradation_residual": ("residual", "residual（有 shortcut）"),
    "degradation_layers": ("{depth} layers", "{depth} 層"),
    "degradation_unfinished_curve": ("{layers}, not finished", "{layers}，尚未完成"),
    "degradation_floor": ("always the commonest grade", "一律判為最常見的分級"),
    "degradation_axis": ("training error (%)", "訓練 error(%)"),
    "degradation_note": (
        "Error on the train photographs over each epoch, counted while the network learns, as in "
        "the figure of the paper (He et al. 2016, section 4.1): flips on, batch normalisation by "
        "the batch, the same for all. Line: mean over seeds; band: from the lowest to the highest "
        "seed; thin 18, thicker 34 and 50 layers; dotted: always the commonest grade. {size} px, "
        "batch {batch}, learning rate {rate}, {epochs} epochs. No photograph of test was looked "
        "at for it.",
        "每個 epoch 在訓練照片上的 error，於訓練當中計算，與論文（He et al. 2016，4.1 節）的圖相同："
        "開啟隨機翻轉，batch normalization 使用該 batch 的統計量，所有網路一致。"
        "線為各亂數種子的平均，色帶由最低到最高的種子；細線 18 層，較粗為 34 與 50 層；"
        "點線為一律判為最常見的分級。{size} px，batch {batch}，lr = {rate}，{epochs} epoch。"
        "此圖沒有看任何測試照片。",
    ),
    "degradation_table": ("Training error of the last epoch", "最後一個 epoch 的訓練 error"),
    "degradation_table_note": (
        "Mean over the finished seeds, in brackets the lowest and the highest: a range, not a 95 % "
        "interval. Differences are taken seed by seed.",
        "已完成種子的平均，括號內為最低到最高：這是範圍，不是 95 % 信賴區間。差值為逐一種子相減。",
    ),
    "degradation_depth": ("layers", "層數"),
    "degradation_gap": ("plain minus residual, points", "plain 減 residual，百分點"),
    "degradation_seeds": ("finished seeds, plain / residual", "已完成種子，plain / residual"),
    "degradation_done": (
        "{done} of {all} trainings have finished.",
        "{all} 次訓練已完成 {done} 次。",
    ),
    "degradation_left": ("Not finished: {names}.", "尚未完成：{names}。"),
    "degradation_left_one": (
        "{name} ({done} of {epochs} epochs)",
        "{name}（{done}/{epochs} epoch）",
    ),
    "degradation_left_reason": ("{name} ({reason})", "{name}（{reason}）"),
    "degradation_none": (
        "The lab's first figure, plain against residual networks, is made by the option --degradation.",
        "實驗的第一張圖（plain 與 residual 網路的比較）可用 --degradation 產生。",
    ),
    "degradation_no_table": (
        "No cell of the table was run. The same command without --degradation runs them.",
        "尚未執行表格中的任何一格；去掉 --degradation 的同一指令即可執行。",
    ),
    "degradation_say": (
        "{kind} networks end with a training error of {errors}{against}{conclusion}{gap}.",
        "{kind} 網路最後的訓練 error 為 {errors}{against}{conclusion}{gap}。",
    ),
    "degradation_headline": (
        "{kind} networks, {first} to {last} layers: training error {before} to {after}{conclusion}.",
        "{kind} 網路由 {first} 層加深到 {last} 層：訓練 error 由 {before} 變為 {after}{conclusion}。",
    ),
    "degradation_and": (" and ", "、"),
    "degradation_say_none": (
        "No {kind} network has finished yet.",
        "{kind} 網路尚無任何一個完成。",
    ),
    "degradation_kind_plain": ("Plain", "plain"),
    "degradation_kind_residual": ("Residual", "residual"),
    "degradation_kind_plain_low": ("plain", "plain"),
    "degradation_kind_residual_low": ("residual", "residual"),
    "degradation_error_at": ("{error} with {depth} layers", "{depth} 層 {error}"),
    "degradation_against": (
        "; against {first} layers that is {changes}",
        "；與 {first} 層相比，{changes}",
    ),
    "degradation_change_at": (
        "{difference} points with {depth} ({meaning})",
        "{depth} 層差 {difference} 個百分點（{meaning}）",
    ),
    "degradation_larger": ("larger in each of {n} seeds", "{n} 個種子都變大"),
    "degradation_smaller": ("smaller in each of {n} seeds", "{n} 個種子都變小"),
    "degradation_unclear": ("the {n} seeds do not agree", "{n} 個種子不一致"),
    "degradation_one": ("one seed", "只有一個種子"),
    "degradation_ends_larger": (
        "; made deeper, they learn their own training photographs worse",
        "；加深之後，連訓練照片都學得更差",
    ),
    "degradation_ends_smaller": (
        "; made deeper, they learn their training photographs better",
        "；加深之後，訓練照片學得更好",
    ),
    "degradation_ends_mixed": (
        "; worse at {worse} layers, and not in every seed at the others",
        "；{worse} 層變差，其餘並非每個種子都如此",
    ),
    "degradation_ends_unclear": (
        "; no effect of depth holds in every seed and at every depth",
        "；看不出在每個種子、每個深度都成立的深度影響",
    ),
    "degradation_ends_one": (
        "; one seed does not tell depth from chance",
        "；只有一個種子，無法區別深度與機率",
    ),
    "degradation_gap_said": (
        "; leaving the shortcuts out changes the error by {gaps}",
        "；拿掉 shortcut 後的 error：{gaps}",
    ),
    "degradation_gap_at": (
        "{difference} points with {depth} layers ({meaning})",
        "{depth} 層差 {difference} 個百分點（{meaning}）",
    ),
}
