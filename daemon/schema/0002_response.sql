-- A check on the busiest queue is taken apart and compiled anew by every statement that inserts: a quarter of the time of a commit.
-- The clocks' names come from one table in the daemon (core/types.c), as all other names of the history do.
alter table deadline drop constraint deadline_clock_check;
