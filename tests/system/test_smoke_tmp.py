from stack import *
def test_x(stack):
    m=stack.report()
    print(m)
    wait_until(lambda: stack.partner("polsek-penajam").about(m["incident"]["id"]),5,"x")
    print(stack.partner("polsek-penajam").calls[0])
    print(stack.send_sms("+62811111111","Ada jenazah di Petung").text)
    wait_until(lambda: stack.sms.messages,5,"sms")
    print(stack.sms.messages)
    stack.kill(); stack.start()
    print(stack.doctor(), stack.metric("sigap_outbox_depth"))
    print(stack.folder, stack.log.read_text())
def test_y(fast_stack):
    m=fast_stack.report()
    wait_until(lambda: len(fast_stack.incident(m["incident"]["id"])["events"])>8,15,"x")
    for e in fast_stack.incident(m["incident"]["id"])["events"]: print(e)
    print(fast_stack.doctor())
