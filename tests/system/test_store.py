"""Promise: many reports share one commit, and one that the database refuses harms none of the others."""
import concurrent.futures

POISON = "racun"


def refuse_poison(stack):
    stack.sql(
        f"""create function refuse_poison() returns trigger language plpgsql as $$
        begin if new.text = '{POISON}' then raise exception 'refused'; end if; return new; end $$"""
    )
    stack.sql("create trigger refuse_poison before insert on report for each row execute function refuse_poison()")


def test_a_report_that_the_database_refuses_harms_no_other_of_its_batch(stack):
    refuse_poison(stack)
    before = stack.value("select count(*) from report")
    texts = [POISON if n % 16 == 7 else f"orang terlantar nomor {n}" for n in range(64)]
    try:
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda text: stack.post_report(text=text), texts))
    finally:
        stack.sql("drop trigger refuse_poison on report")
    for text, answer in zip(texts, answers, strict=True):
        assert answer.status_code == (500 if text == POISON else 201), (text, answer.text)
        if text == POISON:
            assert answer.json()["type"].endswith("/report-refused")
    assert stack.value("select count(*) from report") == before + 60
    assert stack.value("select count(*) from inbound where not exists (select from report r where r.id = inbound.id)") == 0
    assert stack.doctor() == []


def test_a_passing_fault_of_the_database_is_waited_out(stack):
    """Two transactions fail as in a conflict between transactions; a sequence remembers across the rollbacks."""
    stack.sql("create sequence conflicts; grant usage on sequence conflicts to sigap_daemon")
    stack.sql(
        """create function conflict() returns trigger language plpgsql as $$
        begin if nextval('conflicts') < 3 then raise exception using errcode = '40001'; end if; return null; end $$"""
    )
    stack.sql("create trigger conflict after insert on report for each statement execute function conflict()")
    try:
        made = stack.report(key="conflict")
    finally:
        stack.sql("drop trigger conflict on report")
    assert stack.value("select last_value from conflicts") == 3
    assert stack.value("select count(*) from incident where id = %s", made["incident"]["id"]) == 1


def test_reports_that_come_together_share_a_commit(stack):
    commits, reports = stack.metric("sigap_commits_total"), stack.value("select count(*) from report")
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda n: stack.report(key=f"together-{n}"), range(320)))
    assert stack.value("select count(*) from report") == reports + 320
    assert stack.metric("sigap_commits_total") - commits < 320
