"""What files say of themselves before they are decoded: parts, frames, damage, turns."""
