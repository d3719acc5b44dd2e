# 為何無法使用照片：固定的短語，再接實際的值。

not_a_file = 不是檔案：{ $name }
file_too_large = 檔案太大：{ $size } 位元組，上限 { $most }
empty_file = 空檔案：{ $name }
cannot_be_read = 無法讀取：{ $why }
impossible_name = 檔案不可能有此名稱：{ $why }
no_such_item = 沒有此項目：{ $item }
not_an_image = 不是影像：開頭的位元組不屬於任何已知的影像格式
damaged = 不完整或已損壞：{ $why }
lfs_pointer = 是 Git LFS 指標檔，不是照片：請以 `git lfs pull` 取得
several_frames = 一個檔案有多張影像：{ $frames } 張；請各存成一個檔案
checksum_fails = 其 { $part } 區塊的檢查碼不符
zeroed_part = 編碼後的像素有一段全為零
missing_scan = 缺少掃描：{ $of } 個分量中有 { $lost } 個不完整
missing_parts = { $of } 個條帶或圖塊中有 { $lost } 個缺少或全為零
damaged_part = 第 { $number } 個條帶或圖塊：{ $why }
lost_rows = 共 { $of } 列，第 { $top } 至 { $bottom } 列整列為單一值
no_decoder = 沒有解碼器認得此影像
too_many_pixels = 像素太多：{ $width }x{ $height }，上限 { $most }
hash_mismatch = 雜湊值不符：檔案的 sha256 為 { $found }...，資料表記載 { $wanted }...
made_by_drgrade = 不是照片：由 `{ $command }` 產生的圖片

unsupported_encoding = 不支援的編碼：{ $what }
other_format = { $kind }；請存成 JPEG 或 PNG
unusual_jpeg = { $bits } 位元的 { $kind } JPEG；請存成 8 位元 JPEG
planar_tiff = 平面排列的 16 位元 TIFF；請存成 PNG
unusual_tiff = { $kind }、壓縮 { $compression } 的 TIFF；請存成 8 位元 TIFF 或 PNG
floating_point_pixels = 浮點像素；請存成 8 位元 TIFF 或 PNG
other_array = 項目須為 uint8，形狀為（高, 寬）或（高, 寬, 3），實際為 { $found }；請依此儲存

too_small = 太小：短邊 { $short } px，模型讀取 { $size } px
no_eye = 不是眼睛的照片：{ $long } x { $short } px 的長條
nothing_to_see = 沒有內容：{ $why }
photo_is_black = 照片全黑（亮度 { FIXED($brightness, 0) }，滿分 255）
photo_is_one_colour = 照片只有一種顏色（色差 { FIXED($spread, 1) }，滿分 255）
nothing_but_margin = 沒有比邊緣更亮的像素

not_colour = 不是彩色：{ $what }
noise = 雜訊：{ $what }
too_hazy = 過於混濁：{ $what }
no_retina = 不是視網膜：{ $what }
out_of_focus = 對焦不清：清晰度 { FIXED($value, 2) }（滿分 1），至少須 { FIXED($least, 2) }；請對準血管重新對焦再拍
badly_lit = 光線不良：光線與對比 { FIXED($value, 2) }（滿分 1），至少須 { FIXED($least, 2) }；請調整閃光、檢查是否混濁再拍
partly_hidden = 部分被遮：視野 { FIXED($value, 2) }（滿分 1），至少須 { FIXED($least, 2) }；請撐開眼瞼、對準瞳孔再拍
barely_lit = 畫面幾乎全暗
appearance = { WORD("appearance", $figure) } { SIGNIFICANT($value, 3, $bound) }，視網膜照片{ $side ->
        [least] 至少
       *[most] 至多
    } { SIGNIFICANT($bound, 6) }
appearance_colour = 最弱色版低於最強色版的比例為
appearance_contrast = 綠色各處的變化為
appearance_noise = 綠色逐像素變化與各處變化之比為
appearance_together = 紅綠同步變化的程度為
appearance_red = 紅光的比例為
appearance_blue = 藍光的比例為
appearance_hues = 紅綠比的離散程度為
