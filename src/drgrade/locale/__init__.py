"""Words in English and Traditional Chinese, and the fonts to draw them."""
