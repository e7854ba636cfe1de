"""Reports in the words of servers and providers, without or beside the standard form: who, why, and which letter."""

import pytest

from bounce_reports import ANNE, BEA, FAILED, FULL, ORIGINAL, OURS, UNKNOWN, read, told, words
from privacy.deliveries import BounceReason

EXIM = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {ANNE}
    host mx.person.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{ANNE}>:
    550 5.1.1 unknown user
  {BEA}
    mailbox is full: retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}
We have your request; nobody's mailbox is full.
"""
QMAIL = f"""Hi. This is the mail program at mx.person.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{ANNE}>:
192.0.2.1 does not like recipient.
Remote host said: 550 no thanks
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

{ORIGINAL}"""
POSTFIX = f"""This is the mail system at host mx.person.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{ANNE}>: host mail.person.example[192.0.2.7] said: 552 5.2.2
    the recipient is over quota (in reply to RCPT TO command)
"""
GMAIL = f"""Delivery to the following recipient failed permanently:

     {ANNE}

Technical details of permanent failure:
The other server answered: 550 5.2.1 This account is disabled.

----- Original message -----

{ORIGINAL}"""
EXCHANGE = f"""Delivery has failed to these recipients or groups:

{ANNE}
The email address you entered couldn't be found. Please check it and try again.

Diagnostic information for administrators:
Generating server: mx.person.example
{ANNE}
Remote server returned '550 5.1.10 RESOLVER.ADR.RecipNotFound'

Original message headers:

{ORIGINAL}"""
EXCHANGE_GERMAN = f"""Fehler bei der Nachrichtenzustellung an folgende Empfänger:

{ANNE}<mailto:{ANNE}>
Die eingegebene E-Mail-Adresse wurde nicht gefunden. Die Nachricht konnte nicht zugestellt werden.

Ursprüngliche Nachrichtenkopfzeilen:

{ORIGINAL}"""
EXCHANGE_FRENCH = f"""Échec de la remise pour les destinataires suivants :

{ANNE}
La boîte de réception est pleine et n’accepte plus de messages.

En-têtes de message d'origine :

{ORIGINAL}"""
YAHOO = f"""Sorry, we were unable to deliver your message to the following address.

<{ANNE}>:
554: delivery error: dd This user doesn't have a yahoo.example account ({ANNE}) [0]

--- Below this line is a copy of the message.

{ORIGINAL}"""
SES = f"""An error occurred while trying to deliver the mail to the following recipients:
{ANNE}

The message was rejected: 550 5.7.1 content rejected as spam
"""
DOMINO = f"""Your message

  Subject: We have your request

was not delivered to:

  {ANNE}

because:

  User anne ({ANNE}) not listed in Domino Directory
"""
SENDMAIL = f"""The original message was received at Mon, 23 Nov 2026 12:00:00 GMT

   ----- The following addresses had permanent fatal errors -----
<{ANNE}>
    (reason: 550 Host unknown)

   ----- Transcript of session follows -----
550 5.1.2 Host unknown (Name server: person.example: host not found)
"""
CARRIER = f"""次のあて先へのメッセージは宛先不明のため送信できませんでした。

<{ANNE}>

----- 元のメッセージ -----
{ORIGINAL}"""
CARRIER_FULL = f"""お届けできませんでした。
宛先: {ANNE}
メールボックスの容量を超えています。
"""
GERMAN = f"""Diese Mail konnte nicht zugestellt werden.

Empfänger: {ANNE}
Das Postfach des Empfängers ist voll.

Kopie der Nachricht:
{ORIGINAL}"""
NOTES = f"""------- Failure Reasons  --------

ディレクトリのリストにありません
{ANNE}

------- Returned Message --------
{ORIGINAL}"""
MIXED_NAMES = f"""Your message

  To:      {ANNE}
  Subject: We have your request

did not reach the following recipient(s):

anne@new.example on Mon, 23 Nov 2026 12:00:00 -0000
    The recipient name is not recognized
"""
RUSSIAN = f"""К сожалению, Ваше письмо не может быть доставлено получателям:

  {ANNE}
    host mx.person.example [192.0.2.12]: 550 5.2.2 Mailbox Full
  {BEA}
    host mx.person.example [192.0.2.12]: 550 5.2.1 User Unknown
"""
SPANISH = f"""No se ha podido entregar el mensaje a {ANNE}.
La cuenta: usuario desconocido.
"""
DIALECTS = {
    "exim": (EXIM, [(ANNE, FAILED, UNKNOWN), (BEA, FAILED, FULL)]),
    "qmail": (QMAIL, [(ANNE, FAILED, UNKNOWN)]),
    "postfix": (POSTFIX, [(ANNE, FAILED, FULL)]),
    "gmail": (GMAIL, [(ANNE, FAILED, BounceReason.SUSPEND)]),
    "exchange": (EXCHANGE, [(ANNE, FAILED, UNKNOWN)]),
    "exchange in German": (EXCHANGE_GERMAN, [(ANNE, FAILED, UNKNOWN)]),
    "exchange in French": (EXCHANGE_FRENCH, [(ANNE, FAILED, FULL)]),
    "yahoo": (YAHOO, [(ANNE, FAILED, UNKNOWN)]),
    "ses": (SES, [(ANNE, FAILED, BounceReason.SPAMDETECTED)]),
    "domino": (DOMINO, [(ANNE, FAILED, UNKNOWN)]),
    "sendmail": (SENDMAIL, [(ANNE, FAILED, BounceReason.HOSTUNKNOWN)]),
    "carrier in Japan": (CARRIER, [(ANNE, FAILED, UNKNOWN)]),
    "carrier in Japan, full": (CARRIER_FULL, [(ANNE, FAILED, FULL)]),
    "German": (GERMAN, [(ANNE, FAILED, FULL)]),
    "notes in Japanese": (NOTES, [(ANNE, FAILED, UNKNOWN)]),
    "with the first and the last name": (
        MIXED_NAMES,
        [(ANNE, FAILED, BounceReason.UNDEFINED), ("anne@new.example", FAILED, UNKNOWN)],
    ),
    "Russian": (RUSSIAN, [(ANNE, FAILED, FULL), (BEA, FAILED, UNKNOWN)]),
    "Spanish, in a sentence": (SPANISH, [(None, FAILED, UNKNOWN)]),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_say_who_and_why(name):
    text, expected = DIALECTS[name]
    assert told(words(text)) == expected


@pytest.mark.parametrize("name", [name for name, (text, _) in DIALECTS.items() if OURS in text])
def test_the_letter_is_known_from_the_copy_below_the_words(name):
    assert read(words(DIALECTS[name][0])).message_ids == (OURS,)


def test_words_in_old_japanese_and_odd_charsets_are_read():
    for charset, codec in (("iso-2022-jp", "iso-2022-jp"), ("unicode-1-1-utf-7", "utf-7")):
        text = CARRIER_FULL if charset == "iso-2022-jp" else GERMAN
        head = words(
            "", Content_Type=f"text/plain; charset={charset}", Content_Transfer_Encoding="7bit"
        )
        raw = head.rstrip() + b"\r\n\r\n" + text.encode(codec)
        assert told(raw) == [(ANNE, FAILED, FULL)], charset
