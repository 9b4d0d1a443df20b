"""Mail bodies as clients write them."""

from typing import NamedTuple


class Mail(NamedTuple):
    """``new`` must be in the new text, ``old`` must not."""

    name: str
    subject: str
    body: str
    new: tuple[str, ...]
    old: tuple[str, ...] = ()


MAILS = (
    Mail(
        "top-posted, gmail",
        "Re: Invoice",
        (
            "Could you send it to our new address?\n\n"
            "On Mon, 9 Mar 2026 at 10:12, Fernhill Support <support@fernhill.example> wrote:\n\n"
            "> Here is your invoice.\n> Best,\n> Support\n"
        ),
        ("new address",),
        (
            "Here is your invoice",
            "wrote:",
        ),
    ),
    Mail(
        "attribution wrapped over three lines",
        "Re: Invoice",
        (
            "It is still wrong.\n\nOn Mon, 9 Mar 2026 at 10:12, Fernhill Support\n<support@fernhill.example>\n"
            "wrote:\n\n> Here is your invoice.\n"
        ),
        ("still wrong",),
        (
            "Here is your invoice",
            "Fernhill Support",
        ),
    ),
    Mail(
        "bottom-posted",
        "Re: Seats",
        (
            "On 9 March 2026 Ana Ruiz <ana@orchard.example> wrote:\n> How many seats do you need?\n"
            "> We have 40 left.\n\nWe need 55 seats.\nAna"
        ),
        ("We need 55 seats",),
        ("How many seats",),
    ),
    Mail(
        "inline answers",
        "Re: Questions",
        (
            "Hi,\n\nOn 09/03/2026 14:02, Support wrote:\n> Which plan are you on?\nBusiness.\n> Since when?\n"
            "Since January, and we pay yearly.\n> Best\n"
        ),
        (
            "Business.",
            "Since January",
        ),
        (
            "Which plan",
            "Since when",
        ),
    ),
    Mail(
        "outlook block",
        "RE: Outage",
        (
            "This is the third time this month.\n\n________________________________\n"
            "From: Fernhill Support <support@fernhill.example>\nSent: Monday, March 9, 2026 9:01 AM\n"
            "To: Dana Fox <dana@northgate.example>\nSubject: Outage\n\nWe are looking into it.\n"
        ),
        ("third time",),
        (
            "looking into it",
            "Sent:",
        ),
    ),
    Mail(
        "outlook block without a rule",
        "RE: Outage",
        (
            "Any news?\n\nFrom: Support <support@fernhill.example>\nSent: 09 March 2026 09:01\nTo: Dana Fox\n"
            "Subject: Outage\n\nWe are looking into it.\n"
        ),
        ("Any news?",),
        ("looking into it",),
    ),
    Mail(
        "original message marker",
        "Re: Contract",
        (
            "Our lawyers have two changes to clause 4.\n\n-----Original Message-----\nFrom: Legal\nSent: Friday\n"
            "To: Us\nSubject: Contract\n\nPlease sign.\n"
        ),
        ("clause 4",),
        ("Please sign",),
    ),
    Mail(
        "german outlook",
        "AW: Rechnung",
        (
            "Die Rechnung ist falsch, bitte korrigieren.\n\nVon: Fernhill Billing <billing@fernhill.example>\n"
            "Gesendet: Montag, 9. März 2026 10:12\nAn: Jens Vogt\nBetreff: Rechnung\n\nAnbei Ihre Rechnung.\n"
        ),
        ("falsch",),
        ("Anbei Ihre Rechnung",),
    ),
    Mail(
        "german attribution",
        "AW: Rechnung",
        (
            "Danke, passt.\n\nAm Mo., 9. März 2026 um 10:12 Uhr schrieb Fernhill Billing <\n"
            "billing@fernhill.example>:\n\n> Anbei Ihre Rechnung.\n"
        ),
        ("Danke, passt.",),
        (
            "Anbei Ihre Rechnung",
            "schrieb",
        ),
    ),
    Mail(
        "french attribution",
        "Re: Facture",
        (
            "Je ne retrouve pas la facture de février.\n\n"
            "Le lun. 9 mars 2026 à 10:12, Fernhill <billing@fernhill.example> a écrit :\n\n> Bonjour,\n> voici.\n"
        ),
        ("facture de février",),
        (
            "voici",
            "a écrit",
        ),
    ),
    Mail(
        "french outlook",
        "RE: Facture",
        (
            "Merci de corriger.\n\nDe : Fernhill Billing <billing@fernhill.example>\n"
            "Envoyé : lundi 9 mars 2026 10:12\nÀ : Luc Petit\nObjet : Facture\n\nVoici la facture.\n"
        ),
        ("Merci de corriger",),
        ("Voici la facture",),
    ),
    Mail(
        "spanish attribution",
        "Re: Factura",
        (
            "Necesito la factura a nombre de otra empresa.\n\n"
            "El lun, 9 mar 2026 a las 10:12, Fernhill (<billing@fernhill.example>) escribió:\n\n> Hola.\n"
        ),
        ("otra empresa",),
        (
            "Hola",
            "escribió",
        ),
    ),
    Mail(
        "spanish outlook",
        "RE: Factura",
        (
            "No es correcto.\n\nDe: Fernhill <billing@fernhill.example>\n"
            "Enviado el: lunes, 9 de marzo de 2026 10:12\nPara: Eva Gil\nAsunto: Factura\n\nAdjunta.\n"
        ),
        ("No es correcto",),
        ("Adjunta",),
    ),
    Mail(
        "dashed signature",
        "Login",
        "I cannot log in.\n\n-- \nMaria Keller\nHead of IT, Northgate\n+44 1632 960123\n",
        ("cannot log in",),
        (
            "Maria",
            "960123",
        ),
    ),
    Mail(
        "iphone",
        "Login",
        "I cannot log in\n\nSent from my iPhone\n",
        ("cannot log in",),
        ("iPhone",),
    ),
    Mail(
        "german iphone",
        "Login",
        "Ich komme nicht rein.\n\nVon meinem iPhone gesendet",
        ("nicht rein",),
        ("iPhone",),
    ),
    Mail(
        "iphone above a quote",
        "Re: Login",
        (
            "Still locked out\n\nSent from my iPhone\n\n"
            "> On 9 Mar 2026, at 10:12, Support <support@fernhill.example> wrote:\n> \n> Try again.\n"
        ),
        ("Still locked out",),
        (
            "Try again",
            "iPhone",
        ),
    ),
    Mail(
        "closing and card",
        "Demo",
        ("We would like a demo next week.\n\nKind regards,\nPriya Nair\nVP Operations | Lakeside Foods\npriya@lakeside.example"),
        ("demo next week",),
        ("VP Operations",),
    ),
    Mail(
        "german closing",
        "Demo",
        "Wir hätten gern eine Vorführung.\n\nMit freundlichen Grüßen\n\nUwe Brandt\nLeiter Einkauf\nMoosbach GmbH",
        ("Vorführung",),
        ("Leiter Einkauf",),
    ),
    Mail(
        "postscript after the signature",
        "Demo",
        "We would like a demo.\n\nBest regards,\nTom Hale\n\nPS: please also cancel our second workspace.",
        (
            "a demo",
            "cancel our second workspace",
        ),
        ("Tom Hale",),
    ),
    Mail(
        "disclaimer",
        "Refund",
        (
            "Please refund invoice 4711.\n\nRegards,\nTom\n\n"
            "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not "
            "the intended recipient, please notify the sender and delete this message. Any unauthorised disclosure is "
            "prohibited.\n"
        ),
        ("refund invoice 4711",),
        ("intended solely",),
    ),
    Mail(
        "external banner",
        "Quote",
        ("CAUTION: This email originated from outside of the organization. Do not click links.\n\nHow much are 40 seats?"),
        ("How much are 40 seats?",),
        ("originated from outside",),
    ),
    Mail(
        "forwarded with a short note",
        "Fwd: Invoice overdue",
        (
            "FYI, can you handle this?\n\n---------- Forwarded message ---------\nFrom: Bo Lund <bo@fjord.example>\n"
            "Date: Mon, 9 Mar 2026 at 10:12\nSubject: Invoice overdue\nTo: Us\n\n"
            "Our invoice 88 was charged twice. Please refund one charge.\n"
        ),
        (
            "can you handle this",
            "charged twice",
        ),
        ("Forwarded message",),
    ),
    Mail(
        "forwarded with apple mail",
        "Fwd: Login",
        (
            "Begin forwarded message:\n\nFrom: Bo Lund <bo@fjord.example>\nSubject: Login\n"
            "Date: 9 March 2026 at 10:12:00 GMT\nTo: it@fjord.example\n\nNobody can log in since this morning.\n"
        ),
        ("Nobody can log in",),
    ),
    Mail(
        "forwarded german outlook",
        "WG: Kündigung",
        ("Bitte kümmern.\n\nVon: Bo Lund <bo@fjord.example>\nGesendet: Montag\nAn: Uns\nBetreff: Kündigung\n\nWir kündigen zum 31.3.\n"),
        (
            "Bitte kümmern",
            "Wir kündigen",
        ),
    ),
    Mail(
        "only a quote",
        "Re: x",
        "On Mon, 9 Mar 2026, A <a@b.example> wrote:\n> please cancel my plan\n",
        ("cancel my plan",),
    ),
    Mail(
        "only a signature",
        "Hello",
        "Best regards,\nTom",
        ("Tom",),
    ),
    Mail(
        "a list with hyphens",
        "Broken",
        "Three things fail:\n- the login\n- the export\n- the API\nCan you help?",
        (
            "the login",
            "the API",
            "Can you help",
        ),
    ),
    Mail(
        "thanks in the middle",
        "Again",
        "Thanks, that worked.\nBut now the export is empty. What should I do?\n",
        (
            "that worked",
            "export is empty",
        ),
    ),
    Mail(
        "thanks, then the wish",
        "Again",
        "Hello\nThanks\nplease cancel my plan at the end of the month\n",
        ("cancel my plan",),
    ),
    Mail(
        "order data that looks like headers",
        "Delivery",
        "Please move the boxes:\n\nFrom: Bristol\nTo: Berlin\nDate: 12 March\n\nThank you",
        (
            "Bristol",
            "Berlin",
        ),
    ),
    Mail(
        "a sentence ending in wrote",
        "Blog",
        "On our blog of 3 March your colleague wrote:\nit is free. Is that so?",
        ("Is that so?",),
    ),
    Mail(
        "greater-than as typed",
        "Limits",
        "Is a file\n> 500 MB allowed?\nThanks",
        ("> 500 MB",),
    ),
    Mail(
        "erasure that names secrecy",
        "My data",
        ("Hello,\n\nplease delete every message that you hold about me, they are confidential, and notify me.\n\nTom"),
        ("delete every message",),
    ),
    Mail(
        "dashes between questions",
        "Two",
        "Is there a trial?\n--\nCan you also send the price list?",
        (
            "trial",
            "price list",
        ),
    ),
)
