"""Extreme points: only neurons at the rim of a convex set are needed."""
