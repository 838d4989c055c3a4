"""What the person on duty sees while the database is away: that reports are taken and partners told all the same, how much waits, and afterwards what came."""
import pytest
import stack as harness
from duty_room import add_user, duty, row
from stack import Stack, wait_until


@pytest.fixture(scope="module")
def stack():
    server = harness.Postgres()  # of its own: it goes away
    s = Stack(server, conf={"daemon": {"spool": "spool.db"}})
    add_user(s, "ani", display="Ani")
    yield s
    s.close()
    server.close()


def test_the_duty_room_reads_that_reports_are_kept_and_sees_them_when_the_database_is_back(stack, chrome):
    before = stack.report(text="ada bapak tua terlantar di pasar petung")
    wait_until(lambda: stack.metric("sigap_spool_numbers") > 0, 10, "numbers are put aside")
    ani = duty(chrome, stack, "ani")
    try:
        row(ani, before["incident"]["number"])
        stack.connection.close()
        stack.postgres.stop()
        made = wait_until(lambda: [r for r in [stack.post_report(key="k", text="ada ibu tua terlantar di terminal")] if r.status_code == 202], 20, "it is kept")[0].json()
        line = ani.find(".line", "menunggu di cakram", deadline=30)
        ani.wait(lambda: "mitra tetap diberi tahu; 1 menunggu" in " ".join(line.text.split()), "how much waits", 30)
        ani.open(f"{stack.url}/#/sistem")
        ani.find("dd", "ditampung sementara di cakram", deadline=30)
        assert ani.axe() == []
        stack.postgres.start()
        stack.connect()
        ani.open(f"{stack.url}/#/papan")
        row(ani, made["number"], deadline=60)
        ani.wait(lambda: ani.all(".line") == [], "nothing is amiss any more", 30)
    finally:
        ani.close()
