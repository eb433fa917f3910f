"""What a worker is asked to do, and what describes it: scenarios, trainings, races, sweeps."""
