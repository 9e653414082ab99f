"""Logs images of a colour that says their run and step.

    images.py TRACKING_URI RUN_ID...

The nth run (from 0) has the key `samples/dog` at the steps 0, 1 and 2, in the
colour (60 n, 80 step, 200), and the picture `plots/curve.png` in (250, 60 n, 0).
"""

import sys

import numpy as np
from mlflow import MlflowClient


def picture(colour):
    return np.full((24, 32, 3), colour, dtype=np.uint8)


def main(uri, runs):
    client = MlflowClient(uri)
    for nth, run in enumerate(runs):
        for step in range(3):
            client.log_image(run, picture((60 * nth, 80 * step, 200)), key="samples/dog", step=step, synchronous=True)
        client.log_image(run, picture((250, 60 * nth, 0)), "plots/curve.png")


main(sys.argv[1], sys.argv[2:])
