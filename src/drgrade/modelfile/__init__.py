"""The model file without torch: its container, header, decoding and the answers made of outputs."""
