"""The lab's first figure: plain and residual networks of growing depth."""
