"""How addresses and programs are named that machines write with: mail systems, answering machines, those who write to many."""

from __future__ import annotations

import re

LOCAL_MACHINE = re.compile(
    r"(?:mail(?:er)?[-._]?daemon|mdaemon|postmaster|postoffice|mail[-._]?delivery(?:[-._]?(?:system|subsystem))?|"
    r"delivery[-._]?(?:status|failure|report)|bounces?|double-bounce|ndr|mail[-._]?system|microsoftexchange[0-9a-f]+)"
    r"(?:[+=._-].*)?$"
)
# Of those, the ones that only machines use; people are postmasters too (RFC 2142 section 5), and bear such initials.
LOCAL_SURELY_MACHINE = re.compile(
    r"mail(?:er)?[-._]?daemon|mdaemon|mail[-._]?delivery|delivery[-._]?(?:status|failure|report)|microsoftexchange"
)
LOCAL_NO_REPLY = re.compile(
    r"(?:.*[._+-])?(?:no|do-?not|donot|dont|ne-?pas|nicht|kein)[._-]?(?:reply|respond|repondre|antworten|responder)(?:[._+-].*)?$"
)
LOCAL_ANSWERS = re.compile(
    r"(?:auto[-._]?(?:reply|responder|response|respond|answer)|vacation|out[-._]?of[-._]?office)(?:[+._-].*)?$"
)
LOCAL_ROBOT = re.compile(
    r"(?:.*[._+-])?(?:notifications?|notify|alerts?|newsletters?|mailings?|robot|cron|root|nagios|zabbix|monitoring|automat(?:ic|ed))(?:[+._-].*)?$"
)
MAIL_SYSTEM_NAMES = re.compile(
    r"\s*[\"']?(?:mail (?:delivery|administrator|system)|mailer[- ]daemon|internet mail delivery|delivery (?:status|subsystem|notification)|"
    r"postmaster|system ?administrator|microsoft outlook$|mailzustell|mail[- ]?zustell|zustellsystem|serveur de messagerie|sistema de correo|"
    r"sous-syst.me de remise|mail subsystem|administrat(?:eur|or|ore) (?:syst|de)|mailserver)",
    re.IGNORECASE,
)
MAIL_PROGRAMS = re.compile(
    r".{0,40}(?:thunderbird|apple mail|iphone mail|ipad mail|outlook express|mutt/|evolution|kmail|claws|"
    r"airmail|the bat|eudora|k-9|fairemail|roundcube|squirrelmail|spark)",
    re.IGNORECASE,
)
