"""What English mails ask for: every right, every lane, and what only looks like a request."""

import pytest

from classifier.rules import classify_text
from privacy.rights import Classification


def wishes(result: Classification) -> list[str]:
    return sorted(
        str(c.right) if c.scope is None else f"{c.right}/{c.scope}" for c in result.rights
    )


REQUESTS = [
    (
        "Under Article 15 of the GDPR I ask for access to the personal data you process about me.",
        "access",
    ),
    ("Could you let me know what information your team keeps on me?", "access"),
    ("I'd like a full copy of my personal data, including the call recordings.", "access"),
    ("Where did you get my phone number from?", "access"),
    ("This is a subject access request under the UK GDPR.", "access"),
    ("Tell me with whom you have shared my details.", "access"),
    ("What do you know about me? Please show me everything.", "access"),
    (
        "I am a resident of California and make a request to know the categories of personal information you collected.",
        "access",
    ),
    ("I still have not received my data although I asked in September.", "access"),
    ("Data access request", "access"),
    ("Please correct my surname, it is Okonkwo and not Okonwo.", "rectification"),
    ("My job title in your records is wrong: I am an engineer.", "rectification"),
    ("I have moved house, please update my address to 4 Hill Lane.", "rectification"),
    ("I exercise my right to rectification.", "rectification"),
    ("The phone number you show for me is out of date, please replace it.", "rectification"),
    ("Please fix the spelling of my first name.", "rectification"),
    ("Please delete all personal data you hold about me.", "erasure"),
    ("I want my account erased, and everything in it.", "erasure"),
    ("Kindly remove my email address and phone number from your systems.", "erasure"),
    ("I invoke my right to be forgotten.", "erasure"),
    ("pls delete me from ur database", "erasure"),
    ("Under CCPA 1798.105 you must delete my personal information.", "erasure"),
    ("I do not want you to keep any of my data.", "erasure"),
    ("Please delte my acount and all my data", "erasure"),
    ("Request for erasure", "erasure"),
    ("Wipe my profile, I am done with this.", "erasure"),
    ("Please send my personal data in a structured, machine-readable format.", "portability"),
    ("I exercise the right to data portability.", "portability"),
    ("Could I get an export of my personal data as CSV?", "portability"),
    ("Please transfer my data to another provider.", "portability"),
    ("I want my data as JSON.", "portability"),
    ("I object to the processing of my personal data based on legitimate interests.", "objection"),
    ("Pursuant to Art. 21(1) GDPR I object to profiling.", "objection"),
    ("Please stop sending me marketing emails.", "objection/marketing"),
    ("I don't want to receive your newsletter any more.", "objection/marketing"),
    ("Take me off your mailing list.", "objection/marketing"),
    ("unsubscribe", "objection/marketing"),
    ("I object to direct marketing.", "objection/marketing"),
    ("Please do not contact me again.", "objection/marketing"),
    ("No more promotional mail please!", "objection/marketing"),
    ("Stop tracking me in the application.", "objection/analytics"),
    ("I do not consent to analytics, please opt me out of tracking.", "objection/analytics"),
    ("Do not sell my personal information.", "objection/sale_sharing"),
    ("I opt out of the sale of my data.", "objection/sale_sharing"),
    ("Please don't share my personal data with your partners.", "objection/sale_sharing"),
    ("Please restrict the processing of my data while you check it.", "restriction"),
    ("Under Article 18 GDPR, freeze my personal data.", "restriction"),
    ("Please do not delete my data yet, I need it for a court case.", "restriction"),
    ("I withdraw my consent.", "withdraw_consent"),
    ("I hereby revoke the permission I gave you in March.", "withdraw_consent"),
    ("Please turn off the AI features for me.", "withdraw_consent"),
    ("I no longer agree to my emails being used.", "withdraw_consent"),
    ("I want the decision about my credit limit to be reviewed by a human.", "automated_decision"),
    ("I contest the automated decision under Article 22 GDPR.", "automated_decision"),
    ("Send me a copy of my data and then delete my account.", "access erasure"),
    ("Please correct my address and stop the newsletters.", "objection/marketing rectification"),
    ("I withdraw my consent and ask you to erase my personal data.", "erasure withdraw_consent"),
    (
        "I request access under Article 15 and a machine-readable copy of my data under Article 20 GDPR.",
        "access portability",
    ),
    ("I object to direct marketing and to analytics.", "objection/analytics objection/marketing"),
]


@pytest.mark.parametrize(("text", "wanted"), REQUESTS)
def test_it_finds_every_right_in_an_english_request(text, wanted):
    assert wishes(classify_text("", text)) == wanted.split()


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("How do I delete a lead?", "support"),
        ("Can you export my leads to a spreadsheet?", "support"),
        ("I lost access to my login, please send a password reset.", "support"),
        ("Please correct the invoice, the amount is wrong.", "support"),
        ("Cancel my subscription at the end of the month.", "support"),
        ("Please delete the meeting on Friday.", "support"),
        ("Remove the duplicate contacts in our workspace.", "support"),
        ("The export button does not work.", "support"),
        ("Our platform automates GDPR deletion requests. Shall we schedule a demo?", "vendor"),
        (
            "We help companies handle access requests. Do you have 15 minutes for a quick call?",
            "vendor",
        ),
        ("Which sub-processors do you use?", "policy_question"),
        ("How long do you keep log files?", "policy_question"),
        ("Where can I find your privacy policy?", "policy_question"),
        ("Could you send me information about your pricing?", "support"),
        ("Please find attached my application for the position of analyst.", "other"),
        ("Please send us the signed data processing agreement.", "other"),
        ("Thanks for your help, it works now.", "other"),
        ("Lunch on Tuesday at one?", "other"),
        ("I deleted my account last week by mistake, can it be restored?", "other"),
    ],
)
def test_it_takes_no_request_from_mail_that_only_sounds_like_one(text, lane):
    result = classify_text("", text)
    assert (wishes(result), str(result.lane)) == ([], lane)


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("I found a vulnerability in your login page.", "security_incident"),
        ("I can see another tenant's leads when I change the address.", "security_incident"),
        ("I am 12 years old and made an account.", "children"),
        ("My daughter is a child, delete her data please.", "children"),
        ("We act for Ms Doe. This is a letter before action.", "regulator"),
        ("Subpoena for the production of records.", "regulator"),
        ("I want to complain about how you handled my request.", "complaint"),
    ],
)
def test_it_leaves_delicate_mail_to_a_person(text, lane):
    result = classify_text("", text)
    assert (str(result.lane), result.needs_human) == (lane, True)


def test_it_takes_a_bare_wish_to_leave_a_list_as_an_objection_in_the_lane_unsubscribe():
    result = classify_text("", "Take me off your list please.")
    assert (str(result.lane), wishes(result), result.primary) == (
        "unsubscribe",
        ["objection/marketing"],
        "objection",
    )


def test_it_asks_a_person_when_a_customer_passes_on_the_wish_of_a_lead():
    result = classify_text(
        "", "One of our leads asked to be forgotten. Please erase contact 48213 in our workspace."
    )
    assert (wishes(result), result.needs_human) == ([], True)


def test_it_does_not_take_the_rights_that_a_notice_recites_for_requests():
    text = "Our notice says: you have the right to access, to correct and to delete your data. Is that the newest version?"
    assert wishes(classify_text("", text)) == []


def test_it_does_not_take_the_list_of_article_15_for_more_requests():
    text = (
        "I request access to my personal data under Article 15 GDPR: the purposes, the recipients, the storage period, "
        "the existence of the right to request rectification or erasure, restriction of processing or to object, "
        "and the existence of automated decision-making under Article 22."
    )
    assert wishes(classify_text("", text)) == ["access"]


def test_it_doubts_a_question_about_how_to_delete_the_own_account():
    result = classify_text("", "How can I delete my account?")
    assert (wishes(result), result.needs_human) == (["erasure"], True)


def test_it_reads_a_long_everyday_letter():
    text = (
        "Hi there,\n\nI signed up two years ago because a colleague of mine liked your product. We then moved to something\n"
        "else, and I had forgotten about it until your newsletter came again this morning. I would like to know what\n"
        "you still have about me. After that, please close the account and delete all my data.\n\n"
        "Also, the newsletter: no more of that, please.\n\nThanks for your help,\nAnne"
    )
    assert wishes(classify_text("A few things", text)) == [
        "access",
        "erasure",
        "objection/marketing",
    ]


def test_it_reads_a_letter_of_a_rights_service_with_its_law():
    text = (
        "To whom it may concern:\n\nI am hereby requesting immediate erasure of personal data concerning me according to\n"
        "Article 17 GDPR. If I have given consent to the processing of my personal data (for example according to\n"
        "Article 6(1)(a) GDPR), I am hereby withdrawing that consent. In addition, I am objecting to the processing of\n"
        "personal data concerning me, including profiling, according to Article 21 GDPR.\n\n"
        "If you do not answer within one month I will complain to the supervisory authority."
    )
    result = classify_text("Request for erasure", text)
    assert (wishes(result), str(result.lane), result.needs_human) == (
        ["erasure", "objection", "withdraw_consent"], "rights", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("You keep notes on my calls. Please destroy them.", ["erasure"]),
        ("Which of my details do you have? Then I want them gone.", ["access", "erasure"]),
        ("First send me a copy of whatever you hold about me, then get rid of it.", ["access", "erasure"]),
        ("The note about my temper is false. Please correct.", ["rectification"]),
        ("I once ticked the box for recordings of my voice. I take that back.", ["withdraw_consent"]),
        ("I was turned down within seconds. I want somebody to look at it properly.", ["automated_decision"]),
        ("You send me adverts every week. Please stop it.", ["objection/marketing"]),
        ("A colleague holds a recording of me. Please lock it until the court has decided.", ["restriction"]),
    ],
)  # fmt: skip
def test_it_knows_what_a_later_sentence_speaks_of(text, wanted):
    assert wishes(classify_text("", text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I request you to erase my personal data and to inform me once this is complete.", ["erasure"]),
        ("Kindly amend my job title and let me know when it is done.", ["rectification"]),
        ("Please tell me what you hold about me and erase my account.", ["access", "erasure"]),
        ("Please block my data from further processing while you examine my objection.", ["restriction"]),
    ],
)  # fmt: skip
def test_an_act_takes_nothing_from_another_act_or_a_purpose(text, wanted):
    assert wishes(classify_text("", text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "I demand a copy of my data. Not requested: erasure.",
        "I demand a copy of my data. Erasure is not requested.",
        "I demand a copy of my data. Erasure: not wanted",
    ],
)
def test_a_right_that_is_named_and_denied_is_not_asked_for(text):
    assert wishes(classify_text("", text)) == ["access"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm writing my thesis on how companies organise the right to erasure. May I ask five short questions?",
        "Dear readers, in this issue: how to demand a copy of your data and have it deleted. Unsubscribe",
        "Do you struggle with the growing number of erasure requests? Our experts take that burden off you.",
        "The Data Protection Commission was told that a controller left a request for erasure without an answer. Please comment.",
        "I had asked you to erase my old profile. It was all gone a week later. Just wanted to say thank you.",
        "I am aware that I can withdraw my consent at any time. My application as a developer is attached.",
        "The dialler is down since Monday and our remaining calls start too soon.",
    ],
)
def test_who_speaks_about_rights_asks_for_none(text):
    assert wishes(classify_text("", text)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("can i have my data as a csv so the new lot can read it", ["portability"]),
        ("u can bin my account", ["erasure"]),
        ("You have me down as Mr Jordan. I am a woman.", ["rectification"]),
        ("It says Mill Lane on your site and it should be Mill Bank.", ["rectification"]),
        ("Please don't use my behaviour on the website for statistics.", ["objection/analytics"]),
        ("Nobody may use the recording until we agree whether it may exist.", ["restriction"]),
        ("Leave me alone!", ["objection/marketing"]),
    ],
)
def test_it_knows_everyday_words(text, wanted):
    assert wishes(classify_text("", text)) == wanted


def test_mail_about_which_no_rule_knows_anything_goes_to_a_person():
    result = classify_text(
        "", "Attached are the pictures from our hike last Sunday, and the recipe."
    )
    assert "no rule knows what it is about" in result.reasons
    assert result.needs_human


def test_two_doubtful_signs_stay_doubtful():
    result = classify_text("", "The folder with my notes is broken. Remove it. Get rid of it.")
    assert result.needs_human


def test_one_word_that_has_no_language_is_no_reason_to_call_a_person():
    assert not classify_text("", "unsubscribe").needs_human
