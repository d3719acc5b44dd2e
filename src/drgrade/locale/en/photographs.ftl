# Why a photograph cannot be used: a short fixed phrase, then the value found.

not_a_file = not a file: { $name }
file_too_large = file too large: { $size } bytes, at most { $most }
empty_file = empty file: { $name }
cannot_be_read = cannot be read: { $why }
impossible_name = no file can have this name: { $why }
no_such_item = no such item: { $item }
not_an_image = not an image: its first bytes are of no known image format
damaged = truncated or damaged: { $why }
lfs_pointer = a Git LFS pointer, not the photograph: fetch it with `git lfs pull`
several_frames = several pictures in one file: { $frames }; save each as a file of its own
checksum_fails = the checksum of its part { $part } fails
zeroed_part = a stretch of its coded pixels is zeros
missing_scan = scans are missing: { $lost } of { $of } components are incomplete
missing_parts = { $lost } of { $of } strips or tiles are missing or zeros
damaged_part = strip or tile { $number }: { $why }
lost_rows = rows { $top } to { $bottom } of { $of } are of one value all across
no_decoder = no decoder takes it for a picture
too_many_pixels = too many pixels: { $width }x{ $height }, at most { $most }
hash_mismatch = hash mismatch: sha256 { $found }..., the manifest has { $wanted }...
made_by_drgrade = not a photograph: a picture that `{ $command }` made

unsupported_encoding = unsupported encoding: { $what }
other_format = { $kind }; save as JPEG or PNG
unusual_jpeg = { $kind } JPEG of { $bits } bits; save as 8-bit JPEG
planar_tiff = planar 16-bit TIFF; save as PNG
unusual_tiff = TIFF of { $kind }, compression { $compression }; save as 8-bit TIFF or PNG
floating_point_pixels = floating-point pixels; save as 8-bit TIFF or PNG
other_array = an item is uint8 of (height, width) or (height, width, 3), got { $found }; save it so

too_small = too small: short side { $short } px, the model reads { $size } px
no_eye = no photograph of an eye: a strip of { $long } x { $short } px
nothing_to_see = nothing to see: { $why }
photo_is_black = the photo is black (brightness { FIXED($brightness, 0) } of 255)
photo_is_one_colour = the photo is one colour (spread { FIXED($spread, 1) } of 255)
nothing_but_margin = no pixel is brighter than the margin

not_colour = not colour: { $what }
noise = noise: { $what }
too_hazy = too hazy: { $what }
no_retina = no retina: { $what }
out_of_focus = out of focus: sharpness { FIXED($value, 2) } of 1, at least { FIXED($least, 2) } is needed; focus on the vessels and take it again
badly_lit = badly lit: light and contrast { FIXED($value, 2) } of 1, at least { FIXED($least, 2) } is needed; adjust the flash, look for haze, and take it again
partly_hidden = partly hidden: field { FIXED($value, 2) } of 1, at least { FIXED($least, 2) } is needed; lift the lid, centre the pupil, and take it again
barely_lit = next to nothing of the picture is lit
appearance = { WORD("appearance", $figure) } { SIGNIFICANT($value, 3, $bound) }, in a retina by { $side ->
        [least] at least
       *[most] at most
    } { SIGNIFICANT($bound, 6) }
appearance_colour = the weakest channel lies below the strongest by
appearance_contrast = green changes from place to place by
appearance_noise = green changes from pixel to pixel over from place to place by
appearance_together = red and green change together by
appearance_red = red's share of the light is
appearance_blue = blue's share of the light is
appearance_hues = red against green spreads by
