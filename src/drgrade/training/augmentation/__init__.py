"""Random changes of training photographs: chance drawn first, applied after."""
