"""Varied, realistic mail of a privacy mailbox; the same for the same seed.

    python bench/mailgen.py --count 5000 --maildir FOLDER
    python bench/mailgen.py --count 200 --mbox FILE

Mix: short text 35 %, text with quoted history 12, text and HTML 25, HTML only 9, attachments of 10 to 300 kB 12,
bounces 3, automatic replies 2, forwarded messages 2, damaged MIME 1 (`damaged`). Eleven languages, several charsets
and transfer encodings, threads. Usable as a module: `messages()` yields the raw bytes and what they are.
"""

from __future__ import annotations

import argparse
import base64
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

NAMES = [
    "Anna Müller", "Jean-Pierre Dubois", "Priya Sharma", "Łukasz Nowak", "Sofía Hernández", "山田太郎", "李小龙",
    "Giulia Rossi", "Tom O'Brien", "محمد علي", "Иван Петров", "Maria João Silva", "Jörg Weiß", "Alice Brown",
]  # fmt: skip
DOMAINS = ["mail.example", "post.example", "kunde.example", "corp.example", "students.example"]
MAILBOXES = ("privacy@autocloz.example", "dpo@autocloz.example")
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
CRLF = policy.default.clone(linesep="\r\n")

TEXTS = {
    "en": {
        "access": "Hello,\n\nUnder Article 15 of the GDPR I request a copy of all personal data you hold about me, the purposes of processing and the recipients.",
        "erasure": "Hi team,\n\nplease delete my account and erase all personal data you store about me. I no longer use the product.",
        "rectification": "Hello,\n\nmy last name is misspelled in your records. Please correct it to the spelling in my signature.",
        "portability": "Hi,\n\nI would like to receive my data in a machine-readable format (CSV or JSON) so that I can move to another provider.",
        "objection": "Stop sending me marketing emails and stop profiling me for analytics. I object to this processing.",
        "withdraw_consent": "I withdraw my consent to the AI features and to any processing of my call transcripts.",
        "support": "Hello, what is the price of the Business plan for 25 seats? Do you offer a discount for charities?",
    },
    "de": {
        "access": "Guten Tag,\n\ngemäß Art. 15 DSGVO bitte ich um Auskunft über alle zu meiner Person gespeicherten Daten.",
        "erasure": "Sehr geehrte Damen und Herren,\n\nbitte löschen Sie alle meine personenbezogenen Daten und mein Konto.",
        "objection": "Hiermit widerspreche ich der Verarbeitung meiner Daten zu Werbezwecken.",
        "support": "Guten Tag, wie kann ich meine Rechnungsadresse ändern?",
    },
    "fr": {
        "access": "Bonjour,\n\nconformément à l'article 15 du RGPD, je souhaite obtenir une copie de mes données personnelles.",
        "erasure": "Bonjour,\n\nveuillez supprimer mon compte ainsi que toutes mes données personnelles.",
        "support": "Bonjour, quand aura lieu la prochaine formation en ligne ?",
    },
    "es": {
        "access": "Hola,\n\nde acuerdo con el artículo 15 del RGPD solicito acceso a mis datos personales.",
        "erasure": "Buenos días,\n\nsolicito la supresión de todos mis datos personales y de mi cuenta.",
    },
    "pt": {
        "erasure": "Olá,\n\npeço a eliminação de todos os meus dados pessoais, nos termos da LGPD."
    },
    "it": {"erasure": "Buongiorno,\n\nchiedo la cancellazione di tutti i miei dati personali."},
    "nl": {
        "access": "Beste,\n\nik wil graag inzage in alle persoonsgegevens die u van mij verwerkt."
    },
    "pl": {
        "erasure": "Dzień dobry,\n\nproszę o usunięcie wszystkich moich danych osobowych zgodnie z art. 17 RODO."
    },
    "hi": {"erasure": "नमस्ते,\n\nकृपया मेरा खाता और मेरा सारा व्यक्तिगत डेटा हटा दें।"},
    "ja": {"erasure": "お世話になっております。\n\n私の個人データをすべて削除してください。"},
    "ru": {
        "erasure": "Здравствуйте,\n\nпрошу удалить все мои персональные данные и учётную запись."
    },
}
LANGUAGE_WEIGHTS = [40, 10, 8, 8, 4, 4, 4, 4, 4, 4, 4]
FILLERS = {
    "en": "I have been a customer since last spring and mostly used the product from our sales office. My account is registered with this address. Please confirm that you received this message and tell me how long it will take. ",
    "de": "Ich bin seit dem vergangenen Frühjahr Kunde und nutze das Produkt vor allem im Vertrieb. Mein Konto läuft auf diese Adresse. Bitte bestätigen Sie den Eingang dieser Nachricht. ",
    "fr": "Je suis client depuis le printemps dernier et j'utilise surtout le produit depuis notre service commercial. Merci de confirmer la bonne réception de ce message. ",
    "es": "Soy cliente desde la primavera pasada y uso el producto sobre todo desde nuestra oficina comercial. Por favor, confirme la recepción de este mensaje. ",
}
CHARSETS = {
    "ja": ["utf-8", "iso-2022-jp"],
    "ru": ["utf-8", "koi8-r"],
    "de": ["utf-8", "iso-8859-1"],
    "pl": ["utf-8", "iso-8859-2"],
}
WORDS = "account data request privacy invoice meeting team product dashboard contact campaign consent notice policy customer".split()  # noqa: SIM905
KINDS = {
    "text": 35,
    "quoted": 12,
    "alternative": 25,
    "html": 9,
    "attachment": 12,
    "bounce": 3,
    "auto": 2,
    "forward": 2,
}
FILES = [
    ("image", "png", "passport_scan.png"),
    ("application", "pdf", "Ausweis_größe.pdf"),
    ("image", "jpeg", "IMG_2041.jpg"),
]
STYLE = "<style>p{font-family:Arial,sans-serif;font-size:14px;line-height:1.5;margin:0 0 12px}.x{color:#333}</style>"


class Generator:
    """Makes one mail after the other; all chance comes from one seed."""

    def __init__(self, seed: int, damaged: float, recipients: tuple[str, ...]) -> None:
        self.random = random.Random(seed)
        self.damaged = damaged
        self.recipients = recipients
        self.ids: list[str] = []
        self.noise = self.random.randbytes(1 << 20)

    def make(self, number: int) -> tuple[bytes, dict[str, str]]:
        """Return one mail and what it is: kind, language, intent."""
        kind = self.random.choices(list(KINDS), weights=list(KINDS.values()))[0]
        is_damaged = self.random.random() < self.damaged
        kind = "alternative" if is_damaged else kind
        language, intent, text = self.text()
        message = EmailMessage(policy=CRLF)
        self.address(message, number, self.subject(text, kind))
        getattr(self, f"fill_{kind}")(message, text, self.charset(language, text))
        random.seed(number)  # the standard library draws boundaries from the shared generator
        raw = message.as_bytes().replace(
            b"application/x-delivery-status", b"message/delivery-status"
        )
        raw = self.damage(raw) if is_damaged else raw
        return raw, {
            "kind": "damaged" if is_damaged else kind,
            "language": language,
            "intent": intent,
        }

    def text(self) -> tuple[str, str, str]:
        chance = self.random
        language = chance.choices(list(TEXTS), weights=LANGUAGE_WEIGHTS)[0]
        intent = chance.choice(list(TEXTS[language]))
        filler = FILLERS.get(language, FILLERS["en"])
        paragraphs = [TEXTS[language][intent], *[filler] * chance.choice([0, 1, 1, 2, 3, 6])]
        signature = f"-- \n{chance.choice(NAMES)}\nRef {chance.randrange(10**6)}\n"
        return language, intent, "\n\n".join([*paragraphs, signature])

    def subject(self, text: str, kind: str) -> str:
        if kind == "bounce":
            return "Undelivered Mail Returned to Sender"
        words = text.strip().split("\n\n")[self.random.randrange(2)][:60].replace("\n", " ")
        return self.random.choice(["Re: ", "", "", "Fwd: "]) + words

    def charset(self, language: str, text: str) -> str:
        charset = self.random.choice(CHARSETS.get(language, ["utf-8"]))
        try:
            text.encode(charset)
        except UnicodeEncodeError:
            return "utf-8"
        return charset

    def address(self, message: EmailMessage, number: int, subject: str) -> None:
        chance = self.random
        domain = chance.choice(DOMAINS)
        sender = f"person{chance.randrange(20_000)}@{domain}"
        at = START + timedelta(seconds=137 * number + chance.randrange(100))
        for hop in range(chance.randrange(2, 6)):
            message["Received"] = (
                f"from mx{hop}.{domain} (mx{hop}.{domain} [192.0.2.{chance.randrange(255)}]) by in{hop}.autocloz.example"
                f" with ESMTPS id {chance.randrange(1 << 40):x} for <{self.recipients[0]}>; {format_datetime(at)}"
            )
        seal = base64.b64encode(self.bytes(192)).decode()
        message["DKIM-Signature"] = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1; h=from:to:subject; b={' '.join(seal[i : i + 60] for i in range(0, 256, 60))}"
        )
        message["Authentication-Results"] = (
            f"in.autocloz.example; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
        )
        message["From"] = f'"{chance.choice(NAMES)}" <{sender}>'
        message["To"] = chance.choice(self.recipients)
        message["Subject"] = subject
        message["Date"] = format_datetime(at)
        self.thread(message, f"<{number}.{chance.randrange(1 << 48):012x}@{domain}>")

    def thread(self, message: EmailMessage, identity: str) -> None:
        message["Message-ID"] = identity
        if self.ids and self.random.random() < 0.3:
            earlier = self.random.choice(self.ids[-200:])
            message["In-Reply-To"] = earlier
            message["References"] = earlier
        self.ids.append(identity)

    def bytes(self, size: int) -> bytes:
        start = self.random.randrange(len(self.noise) - size)
        return self.noise[start : start + size]

    def html(self, text: str, size: int) -> str:
        chance = self.random
        out = ["<!DOCTYPE html><html><head>", STYLE, "</head><body><table width='100%'><tr><td>"]
        out += [f"<p class='x'>{paragraph}</p>" for paragraph in text.split("\n\n")]
        length = sum(map(len, out))
        while length < size:
            out.append(
                f"<table style='border-collapse:collapse'><tr><td style='padding:{chance.randrange(20)}px;font-family:Calibri'>"
                f"<span style='color:#{chance.randrange(1 << 24):06x}'>{' '.join(chance.choices(WORDS, k=14))}</span></td>"
                f"<td><a href='https://shop.example/{chance.randrange(1 << 30):x}'>{chance.choice(WORDS)}</a></td></tr></table>"
            )
            length += len(out[-1])
        return "".join([*out, "</td></tr></table></body></html>"])

    def fill_text(self, message: EmailMessage, text: str, charset: str) -> None:
        encoding = (
            None
            if charset == "iso-2022-jp"
            else self.random.choice(["quoted-printable", "base64", "8bit"])
        )
        message.set_content(text, charset=charset, cte=encoding)

    def fill_auto(self, message: EmailMessage, text: str, charset: str) -> None:
        message["Auto-Submitted"] = "auto-replied"
        message["Precedence"] = "bulk"
        message.set_content("I am out of office until Monday.\n\n" + text, charset=charset)

    def fill_quoted(self, message: EmailMessage, text: str, _charset: str) -> None:
        for depth in range(self.random.randrange(1, 6)):
            quoted = "\n".join("> " + line for line in text.split("\n"))
            text = f"{self.text()[2]}\n\nOn Mon, 5 Jan 2026 at 10:{depth:02d}, Support <support@autocloz.example> wrote:\n{quoted}"
        message.set_content(text, charset="utf-8", cte="quoted-printable")

    def fill_html(self, message: EmailMessage, text: str, _charset: str) -> None:
        encoding = self.random.choice(["quoted-printable", "base64"])
        message.set_content(
            self.html(text, self.random.randrange(2_000, 30_000)),
            subtype="html",
            charset="utf-8",
            cte=encoding,
        )

    def fill_alternative(self, message: EmailMessage, text: str, _charset: str) -> None:
        message.set_content(text, charset="utf-8", cte="quoted-printable")
        html = self.html(text, self.random.randrange(3_000, 40_000))
        message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")

    def fill_attachment(self, message: EmailMessage, text: str, charset: str) -> None:
        self.fill_alternative(message, text, charset)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            size = int(min(300_000, 10_000 + self.random.expovariate(1 / 60_000)))
            maintype, subtype, name = self.random.choice(FILES)
            message.add_attachment(
                self.bytes(size), maintype=maintype, subtype=subtype, filename=name
            )

    def fill_forward(self, message: EmailMessage, text: str, charset: str) -> None:
        self.fill_alternative(message, text, charset)
        message.add_attachment(letter("anne@berg.example", "privacy request", text))

    def fill_bounce(self, message: EmailMessage, text: str, _charset: str) -> None:
        message["Auto-Submitted"] = "auto-replied"
        message.set_content(
            "This is the mail system at host mx.post.example.\n\nYour message could not be delivered.\n"
        )
        message.add_attachment(
            b"Reporting-MTA: dns; mx.post.example\r\n\r\nFinal-Recipient: rfc822; anne@post.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
            maintype="application", subtype="x-delivery-status", cte="7bit",
        )  # fmt: skip
        message.add_attachment(letter("privacy@autocloz.example", "We received your request", text))
        message.set_param("report-type", "delivery-status")
        message.replace_header(
            "Content-Type", message["Content-Type"].replace("multipart/mixed", "multipart/report")
        )

    def damage(self, raw: bytes) -> bytes:
        """Return the mail broken in one of five ways."""
        how = self.random.randrange(5)
        if how == 0:  # the closing boundary is lost
            return raw[: int(len(raw) * 0.8)]
        if how == 1:
            return raw.replace(b'charset="utf-8"', b'charset="x-unknown-8bit"', 1)
        if how == 2:
            lost = (b"date:", b"message-id:")
            return b"\r\n".join(
                line for line in raw.split(b"\r\n") if not line.lower().startswith(lost)
            )
        if how == 3:
            return raw.replace(b"Subject: ", "Subject: Löschung für ".encode("latin-1"), 1)
        return raw.replace(b"\r\n\r\n", b"\r\n\r\n\x0c", 1)


def letter(sender: str, subject: str, text: str) -> EmailMessage:
    """Return a message to be put inside another one."""
    message = EmailMessage(policy=CRLF)
    message["From"] = sender
    message["Subject"] = subject
    message["Date"] = format_datetime(START)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    return message


def messages(
    count: int, seed: int = 1, *, damaged: float = 0.01, to: tuple[str, ...] = MAILBOXES
) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Yield `count` mails with CRLF line ends, each with its kind, language and intent."""
    generator = Generator(seed, damaged, to)
    for number in range(count):
        yield generator.make(number)


def write_maildir(folder: Path, count: int, seed: int = 1, *, damaged: float = 0.01) -> int:
    """Write a Maildir as a mail server leaves it (LF line ends); return its size in bytes."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    total = 0
    for number, (raw, _) in enumerate(messages(count, seed, damaged=damaged)):
        path = folder / "new" / f"{1767600000 + number}.M{number:06d}.bench"
        total += path.write_bytes(raw.replace(b"\r\n", b"\n"))
    return total


def write_mbox(path: Path, count: int, seed: int = 1, *, damaged: float = 0.01) -> int:
    """Write an mbox (RFC 4155); return its size in bytes."""
    with path.open("wb") as out:
        for raw, _ in messages(count, seed, damaged=damaged):
            body = raw.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
            out.write(b"From bench@mail.example Mon Jan  5 08:00:00 2026\n" + body + b"\n")
    return path.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--damaged", type=float, default=0.01)
    parser.add_argument("--maildir", type=Path)
    parser.add_argument("--mbox", type=Path)
    given = parser.parse_args()
    for write, path in ((write_maildir, given.maildir), (write_mbox, given.mbox)):
        if path is not None:
            size = write(path, given.count, given.seed, damaged=given.damaged)
            print(f"{given.count} messages, {size} bytes, mean {size // given.count}")


if __name__ == "__main__":
    main()
