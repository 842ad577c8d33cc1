"""Computes the reference numbers of Elman's tests with PyTorch and writes them beside this script as safetensors files.

Run with Debian 12's PyTorch, and nothing else (apt-get install python3-torch):

    /usr/bin/python3 tests/Elman.Tests/Fixtures/generate.py

Inputs and parameters are drawn in double precision and rounded to float32 first; everything is then computed in double
precision and only the results are rounded. So every stored number is the float32 nearest to the exact answer. Each case is
seeded by its own name: adding a case changes no other, and a second run writes the same bytes. README.md describes the names.
"""
import sys

sys.dont_write_bytecode = True  # leave nothing but the fixtures behind

import operations
import recurrent
import training

if __name__ == "__main__":
    for module in (recurrent, training, operations):
        for topic in module.TOPICS:
            topic()
