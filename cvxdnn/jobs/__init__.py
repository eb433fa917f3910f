"""Where the app's tasks run: outside the server's thread, stoppable, and fair to everybody.

A *task* is a callable `task(report, stopped) -> result`. A *runner* runs tasks in its *slots*, one task per
slot at a time, and hands out a *job* for each: its state, its latest progress, its result. With `k` slots
at most `k` tasks run; the others wait in one queue in which every owner (a browser session) has at most one
turn.

    with ProcessRunner(slots=2, rules=Rules(run_seconds=60)) as runner:
        job = runner.submit(task, owner="session 1")
        while not job.state.finished:
            show(job.progress)

There are three kinds. `ProcessRunner` gives each slot a worker process, so that a task that crashes takes nothing
else with it and its libraries never enter the server. `InlineRunner` runs tasks in threads of this process: for
tests and tiny hosts. `dask_runner.DaskRunner` runs them on a Dask cluster (the extra "dask"; import it from its
module, so that nothing else needs that library).

    interface.py   Task, Job, JobState, RunnerStatus: all that a reader of jobs needs
    rules.py       what a job is allowed, and what is said when it is stopped;  watch.py: when to stop it
    scheduler.py   Runner: the queue and the turns of the owners; knows no worker
    slot.py        room for one job, and the thread that follows its worker
    protocol.py    what a server and a worker say to each other: another kind of runner is another kind of worker
    processes.py   workers that are processes;  child.py, worker.py: the two ends of one
    inline.py      workers that are threads
    dask_runner.py   workers in a Dask cluster;  dask_place.py, dask_task.py: the two ends of one
    attempt.py     one task, run to its end, in any of them;  parcel.py: how it travels to a worker and back
    log.py         one line for each job;  memory.py: how large a process is
"""

from cvxdnn.jobs.inline import InlineRunner
from cvxdnn.jobs.interface import Job, JobState, RunnerStatus, Task
from cvxdnn.jobs.processes import ProcessRunner, Recycling
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Runner

__all__ = ["InlineRunner", "Job", "JobState", "ProcessRunner", "Recycling", "Rules", "Runner", "RunnerStatus", "Task"]
