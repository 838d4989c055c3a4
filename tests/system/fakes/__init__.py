"""Small faithful stand-ins for the gateways that have no server to be run here, one file each, written from their documentation.

Each is a stack.Partner (it records every request; will(...) plans the next answers) that takes sigapd's send call and checks it as the
vendor does, answers as the vendor does, has the vendor's error answers by name, and makes the calls that the vendor makes to sigapd,
signed as the vendor signs.

    fake = Twilio()                                        # starts to listen at once
    stack = Stack(postgres, conf={"gateway kannel": None, "gateway twilio": fake.settings(folder)})
    fake.base = stack.url                                  # where sigapd is reached; also its public_url
    fake.bring("+6281250000001", "ada orang terlantar")    # an SMS: the requests.Response of sigapd
    fake.sent                                              # what it accepted: [{"to", "text", "id", "ref", "at"}]
    fake.will(fake.error("throttled"))                     # its next answer; fake.errors names them all
    fake.report(fake.sent[0], "delivered")                 # a delivery report about what was sent
    fake.bring("+62812...", "x", forged=True)              # with a signature that is wrong: sigapd answers 403
    fake.close()

Every bring() and report() takes id=, forged=, and now= (Unix seconds) where the vendor signs the time. A vendor that tells no delivery
reports has report = None.
"""
from .base import Fake  # noqa: F401
from .generic import Generic  # noqa: F401
from .infobip import Infobip  # noqa: F401
from .jasmin import Jasmin  # noqa: F401
from .rapidpro import RapidPro  # noqa: F401
from .smsgate import SmsGate  # noqa: F401
from .telegram import Telegram  # noqa: F401
from .twilio import Twilio  # noqa: F401
from .vonage import Vonage  # noqa: F401
from .whatsapp import WhatsApp  # noqa: F401

ALL = (Generic, Infobip, Jasmin, RapidPro, SmsGate, Telegram, Twilio, Vonage, WhatsApp)
