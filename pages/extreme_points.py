"""Extreme points: two-layer training as geometry, with samples one can drag."""

from cvxdnn.exhibits.extreme_points.page import page

page()
