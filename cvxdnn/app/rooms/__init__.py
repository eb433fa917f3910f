"""A class on its phones: a teacher opens a room, phones answer, the wall shows what they said.

    codes       how a room is called, and what its teacher keeps secret
    questions   what a phone is asked, and which answers are answers
    room        where a class is, and where it may go from there
    refusals    every reason to say no, by name
    store       where rooms are kept: one interface
    sqlite_store, redis_store   on one host; where several replicas serve one class
    classroom   what a teacher does: open a room, ask, lock, reveal, go on, look
    allowance   how much in how much time
    watch       waiting for news of a room
    desk        requests of phones and teachers, and what they are answered
    routes      their addresses

A phone is a random number that its tab made. It says numbers only; words come from the teacher.
"""
